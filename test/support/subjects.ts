import fc from 'fast-check';
import { createGoal } from '../../src/attacks/goal.ts';
import { valueAt } from '../../src/data/grid.ts';
import { type ImageShape, sizeOf } from '../../src/data/image.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import type { Subject } from '../../src/runner/conversation.ts';
import { linearClassifier } from './linearClassifier.ts';
import { tanhNetwork } from './smoothClassifier.ts';

const shapes: ImageShape[] = [
  { height: 1, width: 2, channels: 1 },
  { height: 2, width: 1, channels: 3 },
  { height: 3, width: 3, channels: 1 },
];

const weight = fc.double({ min: -4, max: 4, noNaN: true });
const listOf = <T>(item: fc.Arbitrary<T>, length: number) => fc.array(item, { minLength: length, maxLength: length });
const matrix = (rows: number, columns: number) => listOf(listOf(weight, columns), rows);

/** Makes a random classifier, linear or not, always the same one but for the batch size. */
type MakeClassifier = (batchSize: number) => DifferentiableClassifier;

/** Random images on the 8-bit grid with random goals, for a random classifier. */
export interface Scene {
  readonly classifier: MakeClassifier;
  readonly subjects: readonly Subject[];
}

const sceneOf = (shape: ImageShape, classes: number): fc.Arbitrary<Scene> => {
  const size = sizeOf(shape);
  const linear = fc.tuple(matrix(classes, size), listOf(weight, classes)).map(
    ([weights, biases]): MakeClassifier =>
      (batchSize) =>
        linearClassifier(weights, biases, shape, batchSize),
  );
  const network = fc.tuple(matrix(4, size), listOf(weight, 4), matrix(classes, 4)).map(
    ([inner, biases, outer]): MakeClassifier =>
      (batch) =>
        tanhNetwork(inner, biases, outer, shape, batch),
  );
  const label = fc.nat({ max: classes - 1 });
  const goal = fc
    .tuple(label, fc.option(label, { nil: undefined }))
    .map(([of, target]) => createGoal(of, target === of ? undefined : target));
  const image = listOf(fc.nat({ max: 255 }), size).map((levels) => Float32Array.from(levels, valueAt));
  const subject = fc.record({ image, goal, seed: fc.integer() });
  return fc.record({
    classifier: fc.oneof(linear, network),
    subjects: fc.array(subject, { minLength: 1, maxLength: 6 }),
  });
};

export const scenes: fc.Arbitrary<Scene> = fc
  .tuple(fc.constantFrom(...shapes), fc.integer({ min: 2, max: 4 }))
  .chain(([shape, classes]) => sceneOf(shape, classes));
