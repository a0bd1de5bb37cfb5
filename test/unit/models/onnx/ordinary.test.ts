import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type DifferentiableClassifier, isDifferentiable } from '../../../../src/models/classifier.ts';
import { argmax } from '../../../../src/models/functional.ts';
import { openOnnxModel } from '../../../../src/models/onnx/openOnnxModel.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';

/** What ONNX Runtime answers in Python to each image alone, and what is to be said of the model. */
interface Expected {
  readonly rows: readonly (readonly number[])[];
  readonly note?: string;
  readonly obstacle?: string;
  readonly refused?: string;
  /** What the one number of a model of two classes is. */
  readonly two?: 'logit' | 'probability';
  /** Runs hold so many images. */
  readonly fixed?: number;
  /** Gray images: the first channel of the others. */
  readonly gray?: boolean;
  /** Of 1·z₀ + 2·z₁ + 3·z₂ with respect to the first image, by differences in float64, channels first. */
  readonly gradient?: readonly number[];
  /** How much two scores may differ by for their order to be a matter of rounding. */
  readonly tolerance?: number;
  readonly options?: { readonly size?: number; readonly input?: readonly number[]; readonly output?: string };
}

const folder = path.join(import.meta.dirname, '../../../fixtures/onnx/ordinary');
const { images, models } = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as {
  readonly images: readonly (readonly number[])[];
  readonly models: Readonly<Record<string, Expected>>;
};

const step = 3e-4;

describe('Models as people export them', () => {
  for (const [name, expected] of Object.entries(models)) {
    const file = path.join(folder, `${name}.onnx`);
    const shown = images.map((levels) =>
      Float32Array.from(expected.gray ? levels.filter((_, i) => i % 3 === 0) : levels, (level) => level / 255),
    );
    const open = () => openOnnxModel(file, expected.options ?? {});
    if (expected.refused !== undefined) {
      it(`are refused where nothing else is right: ${name}`, () => rejectsWith(open(), expected.refused as string));
      continue;
    }

    it(`put the classes in the order of the file’s own answers to each image alone: ${name}`, async () => {
      const { classifier, notes } = await open();
      assert.ok(notes.join('\n').includes(expected.note ?? ''), `the notes are ${JSON.stringify(notes)}`);
      if (!expected.note) assert.deepEqual(notes, []);
      if (expected.fixed) assert.equal(classifier.batchSize, expected.fixed);
      const together = await classifier.logits(shown);
      for (const [i, image] of shown.entries()) {
        const [alone] = await classifier.logits([image]);
        assertSameOrder(alone as Float32Array, expected.rows[i] ?? [], expected);
        for (const [k, value] of together[i]?.entries() ?? []) {
          assert.ok(
            Math.abs(value - (alone?.[k] as number)) <= 1e-4 * Math.max(1, Math.abs(value)),
            `image ${i} of a batch: ${value}, alone ${alone?.[k]}`,
          );
        }
      }
      classifier.dispose();
    });

    it(`have the gradient of their logits, or say why not: ${name}`, async () => {
      const { classifier } = await open();
      if (expected.obstacle) {
        assert.match(classifier.obstacle ?? '', new RegExp(expected.obstacle));
        return;
      }
      assert.ok(isDifferentiable(classifier), classifier.obstacle);
      await comparesGradients(
        classifier as DifferentiableClassifier,
        shown.slice(0, 2),
        file.includes('bytes') ? 2 / 255 : step,
      );
      classifier.dispose();
    });

    if (expected.gradient === undefined) continue;
    it(`have the derivatives of every pixel that differences in float64 give: ${name}`, async () => {
      const { classifier } = await open();
      assert.ok(isDifferentiable(classifier), classifier.obstacle);
      const weights = Float32Array.from(classifier.classes, (_, k) => k + 1);
      const { gradients } = await classifier.pullback(
        [shown[0] as Float32Array],
        [[{ kind: 'weights', output: 'logits', weights }]],
      );
      const { height, width, channels } = classifier.input;
      const own = gradients[0]?.[0] as Float32Array;
      const largest = Math.max(...own.map(Math.abs));
      for (const [i, value] of (expected.gradient ?? []).entries()) {
        const [place, channel] = [i % (height * width), Math.floor(i / (height * width))];
        const found = own[place * channels + channel] as number;
        assert.ok(Math.abs(found - value) <= 1e-3 * largest, `${found} is not ${value} at ${place}, ${channel}`);
      }
      classifier.dispose();
    });
  }
});

function assertSameOrder(logits: Float32Array, row: readonly number[], { two, tolerance = 1e-6 }: Expected): void {
  if (two) {
    assert.equal(logits.length, 2);
    assert.equal(argmax(logits), (row[0] as number) > (two === 'logit' ? 0 : 0.5) ? 1 : 0);
    return;
  }
  assert.equal(logits.length, row.length);
  const ranked = Array.from(logits.keys()).sort((a, b) => (logits[b] as number) - (logits[a] as number));
  for (const [rank, index] of ranked.slice(1).entries()) {
    const before = row[ranked[rank] as number] as number;
    assert.ok(before >= (row[index] as number) - tolerance, `${[...logits]} for ${row}`);
  }
}

/** The derivative of the difference of two logits along its own gradient, by central differences; and it is not lost. */
async function comparesGradients(
  classifier: DifferentiableClassifier,
  shown: Float32Array[],
  size: number,
): Promise<void> {
  const count = classifier.classes.length;
  for (const image of shown) {
    const [row] = await classifier.logits([image]);
    const label = argmax(row as Float32Array);
    const weights = new Float32Array(count).map((_, k) => (k === label ? 1 : k === (label + 1) % count ? -1 : 0));
    const difference = async (x: Float32Array) => {
      const [logits] = await classifier.logits([x]);
      return weights.reduce((sum, weight, k) => sum + weight * (logits?.[k] as number), 0);
    };
    const { gradients } = await classifier.pullback(
      [image],
      [
        [
          { kind: 'weights', output: 'logits', weights },
          { kind: 'crossEntropy', label },
        ],
      ],
    );
    const [gradient, loss] = gradients[0] as [Float32Array, Float32Array];
    assert.ok(
      loss.some((value) => value !== 0),
      'the gradient of cross-entropy is lost',
    );
    assert.ok(loss.every(Number.isFinite));
    const norm = Math.max(...gradient.map(Math.abs));
    const moved = (by: number) => image.map((value, i) => value + (by * (gradient[i] as number)) / norm);
    const found = ((await difference(moved(size))) - (await difference(moved(-size)))) / (2 * size);
    const predicted = gradient.reduce((sum, value) => sum + (value * value) / norm, 0);
    assert.ok(Math.abs(found - predicted) <= 0.1 * Math.abs(predicted) + 1e-3, `${found} is not ${predicted}`);
  }
}
