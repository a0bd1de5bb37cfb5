import { describeRuntime } from '../models/onnx/session/runtime.ts';
import type { RuntimeDescription } from '../models/onnx/session/session.ts';
import { startTensorFlow, type TensorFlowBackend } from '../models/tfjs/backend.ts';
import type { JobContext } from './job.ts';

/** What computes, and on what. */
export interface EngineDescription {
  readonly onnx: RuntimeDescription;
  readonly tensorflow: TensorFlowBackend;
  readonly node: string;
  readonly platform: string;
}

/** The software that works here, and why other software does not. No model is opened. */
export async function describe(_: undefined, { models }: JobContext<never>): Promise<EngineDescription> {
  return {
    onnx: await describeRuntime(models.computing),
    tensorflow: await startTensorFlow(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}
