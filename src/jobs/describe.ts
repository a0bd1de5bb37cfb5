import { describeRuntime } from '../models/onnx/session/runtime.ts';
import type { RuntimeDescription } from '../models/onnx/session/session.ts';
import { describeTensorFlow, type TensorFlowDescription } from '../models/tfjs/backend.ts';
import type { JobContext } from './job.ts';

/** What computes, and on what. */
export interface EngineDescription {
  readonly onnx: RuntimeDescription;
  readonly tensorflow: TensorFlowDescription;
  readonly node: string;
  readonly platform: string;
}

/** The software that works here, and why other software does not. No model is opened. */
export async function describe(_: undefined, { models }: JobContext<never>): Promise<EngineDescription> {
  return {
    onnx: await describeRuntime(models.computing),
    tensorflow: await describeTensorFlow(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}
