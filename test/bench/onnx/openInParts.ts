import { stat } from 'node:fs/promises';
import { computingOf } from '../../../src/engine/computing.ts';
import type { DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { normalizeModel } from '../../../src/models/onnx/graph/normalizeModel.ts';
import { readModel } from '../../../src/models/onnx/graph/readModel.ts';
import { openOnnxModel } from '../../../src/models/onnx/openOnnxModel.ts';
import { startRuntime } from '../../../src/models/onnx/session/runtime.ts';
import type { Runtime } from '../../../src/models/onnx/session/session.ts';
import { toClassifier } from '../../../src/models/onnx/session/toClassifier.ts';
import type { Network } from './network.ts';

const { models: computing } = computingOf(process.env);

/** What there is to know once a model is open, and once it has given its first gradients. */
export interface Stage {
  readonly name: string;
  /** Since the start. */
  readonly seconds: number;
  /** Beyond what the process had before, beside the size of the file: now, and at most so far. */
  readonly memory: number;
  readonly peak: number;
}

export interface Opening {
  readonly stages: readonly Stage[];
  /** Seconds of each step of a second opening and its first gradient, one after the other. */
  readonly parts: Readonly<Record<string, number>>;
}

export async function openInParts(network: Network): Promise<Opening> {
  const { file, images, labels } = network;
  const functionals = labels.map((label) => [{ kind: 'crossEntropy', label } as const]);
  const runtime = await startRuntime(computing);
  const { size } = await stat(file);
  const before = process.memoryUsage.rss();
  const start = performance.now();
  const stages: Stage[] = [];
  const reach = (name: string) =>
    void stages.push({
      name,
      seconds: (performance.now() - start) / 1000,
      memory: (process.memoryUsage.rss() - before) / size,
      peak: (1024 * process.resourceUsage().maxRSS - before) / size,
    });
  const { classifier } = await openOnnxModel(file, computing);
  reach('open');
  const differentiable = classifier as typeof classifier & DifferentiableClassifier;
  await differentiable.pullback(images.slice(0, 1), functionals.slice(0, 1));
  reach('with the gradient of an image');
  await differentiable.pullback(images, functionals);
  reach(`with the gradients of ${images.length} images`);
  classifier.dispose();
  return { stages, parts: await timeParts(network, runtime) };
}

/** Does what `openOnnxModel` does, one thing after the other, and asks for a gradient. */
async function timeParts({ file, images }: Network, runtime: Runtime): Promise<Record<string, number>> {
  const parts: Record<string, number> = {};
  const timed = async <T>(part: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    parts[part] = (parts[part] ?? 0) + (performance.now() - start) / 1000;
    return result;
  };
  let sessions = 0;
  const watched: Runtime = {
    ...runtime,
    async open(model, options) {
      const isInspection = options?.optimize === false;
      const part = isInspection ? 'inspection' : `making session ${++sessions}`;
      const session = await timed(part, () => runtime.open(model, options));
      const runs = isInspection ? 'inspection' : `running session ${sessions}`;
      return { ...session, run: (...args) => timed(runs, () => session.run(...args)) };
    },
  };
  const { files: _, ...model } = await timed('reading', () => readModel(file));
  const classifier = await timed('inspection, and deriving', () => toClassifier(watched, normalizeModel(model), {}));
  const differentiable = classifier as typeof classifier & DifferentiableClassifier;
  await differentiable.pullback(images.slice(0, 1), [[{ kind: 'crossEntropy', label: 0 }]]);
  classifier.dispose();
  return parts;
}
