import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDifferentiable } from '../../../../src/models/classifier.ts';
import { softmax } from '../../../../src/models/functional.ts';
import { openModel } from '../../../../src/models/open.ts';
import { compare } from '../../../verify/check.ts';

const fixtures = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tflite');

/** What makeNetworks.py wrote: of two images, scores of the interpreter, and gradients of TensorFlow. */
interface Recorded {
  readonly scores: readonly number[];
  readonly gradients?: readonly number[];
  /** Of a quantized network, the smallest difference between two scores. */
  readonly step?: number;
  /** What the interpreter's other kernels give, where it has them. */
  readonly delegated?: readonly number[];
}

const recorded = JSON.parse(readFileSync(path.join(fixtures, 'networks.json'), 'utf8')) as {
  readonly images: readonly number[];
  readonly models: Readonly<Record<string, Recorded>>;
};
const labels = [1, 3] as const;

function rows(numbers: readonly number[]): [Float64Array, Float64Array] {
  const half = numbers.length / 2;
  return [Float64Array.from(numbers.slice(0, half)), Float64Array.from(numbers.slice(half))];
}

const images = rows(recorded.images).map((image) => Float32Array.from(image, (level) => level / 255));
/** How far from the interpreter it may be: what it rounds to 8 bits in between, we do not. */
const tolerances = [
  [/dynamic/, 0.02],
  [/float16/, 1e-4],
  [/float|behind/, 1e-5],
] as const;

function toleranceOf(name: string): number {
  return tolerances.find(([names]) => names.test(name))?.[1] ?? 0;
}

describe('Networks of TensorFlow Lite', () => {
  for (const [name, { scores, step, delegated = scores, gradients }] of Object.entries(recorded.models)) {
    it(`${name} has the scores of its interpreter`, async () => {
      const { classifier } = await openModel({ name: 'model', path: path.join(fixtures, name) });
      const logits = await classifier.logits(images);
      classifier.dispose();
      const found = name.startsWith('separable') ? logits.map((row) => Float32Array.from(softmax(row))) : logits;
      const { error } = compare(found, rows(scores));
      const largest = Math.max(...scores.map(Math.abs));
      // One step, or as many as the interpreter's own kernels differ by.
      const spread = Math.max(...scores.map((score, i) => Math.abs(score - (delegated[i] as number))));
      const allowed = step ? Math.max(1.01 * step, spread) / largest : toleranceOf(name);
      assert.ok(error <= allowed, `${error}`);
    });

    if (gradients) {
      it(`${name} has the gradients of TensorFlow`, async () => {
        const { classifier } = await openModel({ name: 'model', path: path.join(fixtures, name) });
        assert.ok(isDifferentiable(classifier));
        const found = await classifier.pullback(
          images,
          labels.map((label) => [{ kind: 'crossEntropy', label }]),
        );
        classifier.dispose();
        const { error } = compare(
          found.gradients.map(([gradient]) => gradient as Float32Array),
          rows(gradients),
        );
        assert.ok(error <= 1e-4, `${error}`);
      });
    }
  }
});
