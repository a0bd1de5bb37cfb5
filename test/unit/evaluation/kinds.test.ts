import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isOnGrid, valueAt } from '../../../src/data/grid.ts';
import { readImage } from '../../../src/data/readImage.ts';
import { fitTo, stretching } from '../../../src/data/resizing.ts';
import type { StoredImage } from '../../../src/data/storedImage.ts';
import { evaluate } from '../../../src/evaluation/evaluate.ts';
import type { Example } from '../../../src/evaluation/example.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import { planImages } from '../../../src/evaluation/planImages.ts';
import type { Classifier } from '../../../src/models/classifier.ts';
import { appendExample } from '../../../src/reports/appendExample.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { imageOf, planOf } from '../../support/plans.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const shape = { height: 1, width: 2, channels: 1 } as const;

/** Class 1 wins where the mean is above 1/2, class 2 never. */
const threshold = linearClassifier(
  [
    [0, 0],
    [4, 4],
    [0, 0],
  ],
  [4, 0, -9],
  shape,
);

async function evaluated(plan: TestPlan, images: readonly StoredImage[], classifier: Classifier = threshold) {
  const examples: Example[] = [];
  const judge = victimOf(classifier);
  const rounds = await evaluate(plan, {
    judge,
    opponents: [{ victims: [judge] }],
    images,
    onExample: (example) => void examples.push(example),
  });
  return { rounds, examples: examples.sort((a, b) => a.index - b.index) };
}

const dark = (file = 'image.png') => imageOf([valueAt(100), valueAt(110)], 0, file);

describe('evaluating a test without a budget', () => {
  const plan = planOf({ attack: 'deepfool', norm: 'l2', epsilons: [], quantize: true });

  it('makes one round, whose distances are of the nearest on the grid', async () => {
    const { rounds, examples } = await evaluated(plan, [dark()]);
    assert.equal(rounds.length, 1);
    assert.equal(rounds[0]?.epsilon, undefined);
    const { pixels, norms, success } = examples[0]?.adversarial ?? assert.fail();
    assert.ok(success && isOnGrid(pixels));
    // The boundary is where levels sum to 255, which at a tie is class 0: 256 − 210 = 46 more, 23 each.
    assert.equal(norms.l2, rounds[0]?.metrics.medianDistance);
    assert.ok(Math.abs(norms.l2 - Math.hypot(23, 23) / 255) < 1e-6, `${255 * norms.l2}`);
  });

  it('keeps the steps of the first images, or of those that are named', async () => {
    const images = [dark('a/1.png'), dark('a/11.png'), dark('b/1.png')];
    const recorded = async (record: TestPlan['record']) =>
      (await evaluated({ ...plan, record }, images)).examples.map(({ steps }) => steps !== undefined);
    assert.deepEqual(await recorded(undefined), [false, false, false]);
    assert.deepEqual(await recorded(2), [true, true, false]);
    assert.deepEqual(await recorded(['1.png']), [true, false, true]);
    assert.deepEqual(await recorded(['b/1.png']), [false, false, true]);
  });
});

describe('forging', () => {
  const plan = planOf({
    attack: 'forge',
    norm: 'l2',
    epsilons: [],
    target: 'class 1',
    quantize: true,
    dataset: undefined,
  });

  it('starts from white noise where there is no dataset, the same with the same seed', async () => {
    const [one = [], two = [], other = []] = await Promise.all(
      [plan, plan, { ...plan, seed: 2 }].map(async (of) => (await planImages(of, threshold)).images),
    );
    const pixelsOf = (images: readonly StoredImage[]) => Promise.all(images.map((image) => image.load()));
    const pixels = await pixelsOf(one);
    assert.equal(pixels.length, 8);
    assert.deepEqual(await pixelsOf(two), pixels);
    assert.notDeepEqual(await pixelsOf(other), pixels);
    assert.ok(pixels.every(isOnGrid));
    const { examples, rounds } = await evaluated(plan, one);
    assert.equal(rounds[0]?.metrics.successRate, 1);
    // None is left out for what it was taken for at first.
    assert.ok(
      examples.every(({ status, adversarial }) => status === 'fooled' && adversarial?.prediction.class === 'class 1'),
    );
  });
});

describe('explaining', () => {
  const plan = planOf({ attack: 'linear', epsilons: [0.2], parameters: { points: 5 } });

  it('has the logits along the sign of the gradient, for every image', async () => {
    const { examples } = await evaluated(plan, [dark()]);
    const steps = examples[0]?.steps ?? assert.fail();
    assert.deepEqual(
      steps.map(({ at }) => Math.round(100 * at) / 100),
      [-0.2, -0.1, 0, 0.1, 0.2],
    );
    for (const { at, logits } of steps) {
      const expected = 4 * (210 / 255 + 2 * at);
      assert.ok(Math.abs((logits[1] as number) - expected) < 1e-5, `${logits[1]} at ${at}`);
    }
  });
});

describe('recorded steps', () => {
  const folder = temporaryFolder();

  it('are one picture, which has every point in its place, and a line of figures each', async () => {
    const plan = planOf({ attack: 'linear', epsilons: [0.2], parameters: { points: 5 }, quantize: true });
    const { examples } = await evaluated(plan, [dark()]);
    const example = examples[0] as Example;
    const context = { plan, modelSha256: 'none', shape };
    const { trace } = await appendExample(folder.at(), context, example, 0.2);
    assert.equal(trace?.axis, 'epsilon');
    assert.equal(trace.columns, 3);
    assert.equal(trace.steps.length, 5);
    const sheetShape = { height: 2, width: 6, channels: 1 } as const;
    const sheet = await readImage(path.join(folder.at(), trace.image), sheetShape, fitTo(sheetShape, stretching));
    for (const [index, { point }] of (example.steps ?? []).entries()) {
      const start = Math.floor(index / 3) * 6 + (index % 3) * 2;
      const shown = sheet.pixels.slice(start, start + 2);
      assert.ok(shown.every((value, i) => Math.abs(value - (point[i] as number)) <= 0.5 / 255 + 1e-6));
    }
    assert.match(await readFile(path.join(folder.at(), 'examples.jsonl'), 'utf8'), /"axis":"epsilon"/);
  });
});
