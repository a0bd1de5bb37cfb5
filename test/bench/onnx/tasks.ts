import { createRequire } from 'node:module';
import type { InferenceSession } from 'onnxruntime-common';
import { computingOf } from '../../../src/engine/computing.ts';
import type { DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { writeSeed } from '../../../src/models/onnx/gradient/seeds.ts';
import { elementCount } from '../../../src/models/onnx/graph/graph.ts';
import { openOnnxModel } from '../../../src/models/onnx/openOnnxModel.ts';
import { startRuntime } from '../../../src/models/onnx/session/runtime.ts';
import type { RuntimeTensor } from '../../../src/models/onnx/session/session.ts';
import { Sessions } from '../../../src/models/onnx/session/sessions.ts';
import { imageModelOf } from './imageModelOf.ts';
import type { Network } from './network.ts';

// The file as it was exported, in the sessions that ONNX Runtime's options allow: the fastest is what a forward pass costs.
export const forwards = [
  'forward',
  'forward, fixed batch',
  'forward, no memory pattern',
  'forward, fixed batch, no memory pattern',
] as const;
/** What is timed: a forward pass, the session that gives logits and gradient, and all that an attack's question takes. */
export type Task = (typeof forwards)[number] | 'session' | 'pullback';

const { models: computing } = computingOf(process.env);
const require = createRequire(import.meta.url);

/** Makes the work on a network, each in its own session, which stays. */
export async function tasks(network: Network): Promise<(task: Task, batch: number) => () => Promise<unknown>> {
  const runtime = await startRuntime(computing);
  const { model, dims } = await imageModelOf(network.file);
  const sessions = new Sessions(runtime, model, dims);
  let classifier: Promise<DifferentiableClassifier> | undefined;
  return (task, batch) => {
    const images = network.images.slice(0, batch);
    const functionals = network.labels.slice(0, batch).map((label) => ({ kind: 'crossEntropy', label }) as const);
    if (task === 'pullback') {
      classifier ??= openOnnxModel(network.file, computing).then(
        ({ classifier }) => classifier as typeof classifier & DifferentiableClassifier,
      );
      const lists = functionals.map((functional) => [functional]);
      return async () => (await classifier)?.pullback(images, lists);
    }
    const pixels = Float32Array.from(images.flatMap((image) => [...image]));
    if (task !== 'session') {
      const ort: typeof import('onnxruntime-common') = require('onnxruntime-node');
      const options: InferenceSession.SessionOptions = {
        graphOptimizationLevel: 'all',
        intraOpNumThreads: computing.threads ?? 0,
        enableMemPattern: !task.includes('no memory pattern'),
        ...(task.includes('fixed batch') && { freeDimensionOverrides: { batch } }),
      };
      const opening = ort.InferenceSession.create(network.file, options);
      const feeds = { image: new ort.Tensor('float32', pixels, [batch, 3, network.side, network.side]) };
      return async () => (await opening).run(feeds);
    }
    const opening = sessions.gradient(batch, { kinds: ['crossEntropy'], activations: [], several: false });
    const feed = opening.then(({ model }) => {
      const [input, ...seeds] = model.graph.inputs;
      const values = new Map(
        seeds.map(({ name, dims = [] }) => [name, new Float32Array(elementCount(dims as number[]))] as const),
      );
      const classes = network.logits[0]?.length ?? 0;
      const valuesOf = (name: string) => values.get(name) as Float32Array;
      for (const [i, functional] of functionals.entries()) writeSeed(functional, classes, valuesOf, i);
      return Object.fromEntries<RuntimeTensor>([
        [input?.name ?? '', { type: 'float32', dims: [batch, ...dims], data: pixels }],
        ...seeds.map(({ name, dims }): [string, RuntimeTensor] => [
          name,
          { type: 'float32', dims: dims as number[], data: values.get(name) as Float32Array },
        ]),
      ]);
    });
    return async () => (await opening).session.run(await feed);
  };
}
