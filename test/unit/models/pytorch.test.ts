import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DifferentiableOnnxClassifier } from '../../../src/models/onnx/session/differentiableOnnxClassifier.ts';
import { openModel } from '../../../src/models/open.ts';
import { compare, readReference } from '../../verify/check.ts';

const fixtures = path.join(import.meta.dirname, '..', '..', 'fixtures');
const references = path.join(fixtures, 'onnx');
const files = [references, path.join(fixtures, 'exported')].flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => /\.(onnx|pt2)$/.test(file))
    .map((file) => path.join(folder, file)),
);
/** Weights of fewer bits are other weights. */
const tolerances = [
  [/bfloat16/, 0.05],
  [/float16/, 0.005],
  [/./, 1e-4],
] as const;
const classes = 5;
/** What exportFixtures.py takes for the two images. */
const labels = [7 % classes, 307 % classes] as const;

async function open(file: string): Promise<DifferentiableOnnxClassifier> {
  const { classifier } = await openModel({ name: 'network', path: file });
  assert.ok(classifier instanceof DifferentiableOnnxClassifier, (classifier as { obstacle?: string }).obstacle);
  return classifier;
}

describe('Models that PyTorch exports', () => {
  for (const file of files) {
    const name = path.basename(file);
    const [, tolerance] = tolerances.find(([names]) => names.test(name)) as (typeof tolerances)[number];

    it(`${name} has PyTorch’s logits and gradients`, async () => {
      const classifier = await open(file);
      const { height, width, channels } = classifier.input;
      const reference = path.join(references, `${name.split('.', 1)[0]}.bin`);
      const { images, logits, gradients } = await readReference(reference, labels.length, height * width * channels);
      const found = await classifier.pullback(
        images,
        labels.map((label) => [{ kind: 'crossEntropy', label }]),
      );
      const errors = {
        logits: compare(found.logits, logits).error,
        gradients: compare(
          found.gradients.map(([gradient]) => gradient as Float32Array),
          gradients,
        ).error,
      };
      assert.ok(errors.logits <= tolerance && errors.gradients <= tolerance, JSON.stringify(errors));
      classifier.dispose();
    });

    it(`${name} gives five images what it gives each of them`, async () => {
      const classifier = await open(file);
      const { height, width, channels } = classifier.input;
      const images = Array.from({ length: 5 }, (_, k) =>
        Float32Array.from({ length: height * width * channels }, (_, i) => (1 + Math.sin((k + 2) * i)) / 2),
      );
      const functionals = images.map((_, k) => [{ kind: 'crossEntropy' as const, label: k }]);
      const together = await classifier.pullback(images, functionals);
      for (const [k, image] of images.entries()) {
        const alone = await classifier.pullback([image], [functionals[k] as (typeof functionals)[number]]);
        for (const [all, one] of [
          [together.logits[k], alone.logits[0]],
          [together.gradients[k]?.[0], alone.gradients[0]?.[0]],
        ]) {
          const { error } = compare([all as Float32Array], [Float64Array.from(one as Float32Array)]);
          assert.ok(error <= 1e-4, `image ${k}: ${error}`);
        }
      }
      classifier.dispose();
    });
  }
});
