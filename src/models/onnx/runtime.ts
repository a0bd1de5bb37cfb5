import { createRequire } from 'node:module';
import type { InferenceSession, Tensor, TypedTensor } from 'onnxruntime-common';
import type { Model } from './graph.ts';
import { writeModel } from './writeModel.ts';

const require = createRequire(import.meta.url);

/** Numbers that enter or leave a session. */
export interface RuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView & { readonly buffer: ArrayBufferLike };
}

/** A graph that is ready to run. */
export interface Session {
  run(inputs: Readonly<Record<string, RuntimeTensor>>): Promise<Readonly<Record<string, RuntimeTensor>>>;
  close(): Promise<void>;
}

/** ONNX Runtime, with the provider that computes. */
export interface Runtime {
  /** As reports name it. */
  readonly name: string;
  /** @param options.optimize false for a graph that is run once. @throws Error of ONNX Runtime when it refuses the model. */
  open(model: Model, options?: { readonly optimize?: boolean }): Promise<Session>;
}

type OrtModule = typeof import('onnxruntime-common');

/** ONNX Runtime's native build on the CPU. */
export function nativeRuntime(): Runtime {
  const ort: OrtModule = require('onnxruntime-node');
  const { version } = require('onnxruntime-node/package.json') as { version: string };
  return {
    name: `ONNX Runtime ${version} (cpu)`,
    async open(model, { optimize = true } = {}) {
      const options = {
        graphOptimizationLevel: optimize ? 'all' : 'disabled',
        logSeverityLevel: 3,
        extra: { session: { model_external_initializers_file_folder_path: model.folder } },
      } as InferenceSession.SessionOptions;
      const session = await ort.InferenceSession.create(writeModel(model), options);
      return {
        async run(inputs) {
          const feeds = Object.entries(inputs).map(([name, { type, data, dims }]) => [
            name,
            new ort.Tensor(type as Tensor.Type, data as never, dims),
          ]);
          return (await session.run(Object.fromEntries(feeds))) as unknown as Record<string, TypedTensor<'float32'>>;
        },
        close: () => session.release(),
      };
    },
  };
}
