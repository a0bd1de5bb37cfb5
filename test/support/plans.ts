import { createHash } from 'node:crypto';
import type { LabeledImage } from '../../src/data/loadExamples.ts';
import type { TestPlan } from '../../src/evaluation/plan.ts';
import { noPreprocessing } from '../../src/models/preprocessing.ts';

/** A plan of FGSM at ε = 1/4, off the grid; what a test is about goes over it. */
export function planOf(given: Partial<TestPlan> = {}): TestPlan {
  return {
    id: 'model › test',
    name: 'test',
    model: { name: 'model', path: '/nowhere/model.json', preprocessing: noPreprocessing },
    dataset: { name: 'dataset', path: '/nowhere/images', labels: 'folders' },
    attack: 'fgsm',
    preset: 'quick',
    parameters: {},
    norm: 'linf',
    epsilons: [0.25],
    expect: {},
    quantize: false,
    seed: 1,
    origin: { file: '/nowhere/settings.json', line: 1 },
    ...given,
  };
}

/** An image as if read from a file of this name. */
export function imageOf(pixels: Iterable<number>, label?: number, file = 'image.png'): LabeledImage {
  const values = Float32Array.from(pixels);
  return { file, sha256: createHash('sha256').update(values).digest('hex'), pixels: values, label, notes: [] };
}
