import assert from 'node:assert/strict';
import type { StoredImage } from '../../../src/data/storedImage.ts';
import { evaluate } from '../../../src/evaluation/evaluate.ts';
import type { Example } from '../../../src/evaluation/example.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import type { Classifier, DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { type LogitsFunctional, seed } from '../../../src/models/functional.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { imageOf, planOf } from '../../support/plans.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';

const shape = { height: 1, width: 1, channels: 1 } as const;

/** Logits 1/2, x and −1: class 1 wins above 1/2, class 2 never does, and is the least likely. */
const threshold = linearClassifier([[0], [1], [0]], [0.5, 0, -1], shape);

/** The rounds of an evaluation and its examples, in the order of the images. */
async function evaluated(plan: TestPlan, images: readonly StoredImage[], classifier: Classifier = threshold) {
  const examples: Example[] = [];
  const judge = victimOf(classifier);
  const rounds = await evaluate(plan, {
    judge,
    opponents: [{ victims: [judge] }],
    images,
    onExample: (example) => {
      examples.push(example);
    },
  });
  return { rounds, examples: examples.sort((a, b) => a.index - b.index) };
}

describe('evaluating a test', () => {
  it('tells what the model got wrong before, what was fooled, and what held', async () => {
    const images = [imageOf([0.375], 0), imageOf([0.75], 0), imageOf([0.125], 0), imageOf([0.625], 1)];
    const { rounds, examples } = await evaluated(planOf(), images);
    assert.deepEqual(
      examples.map(({ status }) => status),
      ['fooled', 'wrong', 'held', 'fooled'],
    );
    const [round] = rounds;
    assert.deepEqual(round?.metrics.counts, { total: 4, wrong: 1, ineligible: 0, eligible: 3, fooled: 2, held: 1 });
    assert.equal(round?.metrics.medianDistance, 0.25);
    assert.deepEqual(round?.warnings, []);
    // One gradient and one answer to the result for each image that was attacked.
    assert.deepEqual(round?.queries, { points: 6, gradients: 3 });
  });

  it('describes an example fully', async () => {
    const [example] = (await evaluated(planOf({ target: 'class 1' }), [imageOf([0.375], 0)])).examples;
    assert.equal(example?.label, 'class 0');
    assert.equal(example?.target, 'class 1');
    assert.equal(example?.clean.class, 'class 0');
    const { pixels, prediction, norms, success } = example?.adversarial ?? {};
    assert.deepEqual(pixels, Float32Array.of(0.625));
    assert.equal(prediction?.class, 'class 1');
    const odds = [0.5, 0.625, -1].map(Math.exp);
    const confidence = (odds[1] as number) / odds.reduce((a, b) => a + b);
    assert.ok(Math.abs((prediction?.confidence ?? 0) - confidence) < 1e-7);
    assert.deepEqual(norms, { linf: 0.25, l2: 0.25, l1: 0.25, l0: 1 });
    assert.equal(success, true);
  });

  it('gives no adversarial example to an image that was not attacked', async () => {
    const { examples } = await evaluated(planOf(), [imageOf([0.25], 1), imageOf([0.25], 0)]);
    assert.ok(!('adversarial' in (examples[0] ?? {})));
    assert.deepEqual(examples[0]?.queries, { points: 0, gradients: 0 });
  });

  it('takes the model at its word where an image has no label', async () => {
    const { examples } = await evaluated(planOf(), [imageOf([0.375]), imageOf([0.75])]);
    assert.deepEqual(
      examples.map(({ label }) => label),
      ['class 0', 'class 1'],
    );
  });

  it('attacks once for each budget', async () => {
    const plan = planOf({ epsilons: [0.0625, 0.25] });
    const { rounds } = await evaluated(plan, [imageOf([0.375], 0)]);
    assert.deepEqual(
      rounds.map(({ epsilon, metrics }) => [epsilon, metrics.successRate]),
      [
        [0.0625, 0],
        [0.25, 1],
      ],
    );
  });

  it('reports the parameters that the attack ran with, on the grid those of the budget there', async () => {
    const choice = { attack: 'ifgsm', epsilons: [8.9 / 255] };
    const off = await evaluated(planOf(choice), [imageOf([0.25], 0)]);
    assert.deepEqual(off.rounds[0]?.parameters, { steps: 12, stepSize: 1 / 255 });
    const on = await evaluated(planOf({ ...choice, quantize: true }), [imageOf([64 / 255], 0)]);
    assert.deepEqual(on.rounds[0]?.parameters, { steps: 10, stepSize: 1 / 255 });
    assert.equal(on.rounds[0]?.epsilon, 8.9 / 255);
  });

  it('tells what budget the attack got on the grid, and what was fooled beside it', async () => {
    // The threshold lies between gray levels 127 and 128: a change by 27.4 levels gets over it, its rounding does not.
    const lower = linearClassifier([[0], [1]], [127.2 / 255, 0], shape);
    const images = [imageOf([100 / 255], 0), imageOf([90 / 255], 0), imageOf([101 / 255], 0)];
    const plan = planOf({ quantize: true, norm: 'l2', epsilons: [27.4 / 255] });
    const { rounds } = await evaluated(plan, images, lower);
    assert.deepEqual([rounds[0]?.fooledOffGrid, rounds[0]?.metrics.counts.fooled], [2, 1]);
    const levels = await evaluated(planOf({ quantize: true, epsilons: [27.4 / 255] }), images, lower);
    assert.deepEqual([levels.rounds[0]?.epsilon, levels.rounds[0]?.budget], [27.4 / 255, 27 / 255]);
  });

  it('counts what fools within a smaller budget within a larger one', async () => {
    // Class 1 wins between 0.4 and 0.6 only, so that FGSM jumps over it with too large a step.
    const logitsAt = (x: number) => Float32Array.of(0, 0.01 - (x - 0.5) ** 2);
    const band: DifferentiableClassifier = {
      ...threshold,
      classes: ['class 0', 'class 1'],
      logits: async (images) => images.map(([x = 0]) => logitsAt(x)),
      async pullback(images, functionals) {
        const logits = images.map(([x = 0]) => logitsAt(x));
        const seeds = functionals.map((own, i) =>
          own.map((one) => seed(one as LogitsFunctional, logits[i] as Float32Array)),
        );
        return {
          logits,
          values: seeds.map((own) => own.map(({ value }) => value)),
          gradients: seeds.map((own, i) =>
            own.map(({ gradient }) =>
              Float32Array.of((gradient[1] as number) * -2 * ((images[i]?.[0] as number) - 0.5)),
            ),
          ),
        };
      },
    };
    const plan = planOf({ epsilons: [0.5, 0.25, 0.0625] });
    const { rounds, examples } = await evaluated(plan, [imageOf([0.25], 0)], band);
    assert.deepEqual(
      rounds.map(({ epsilon, metrics }) => [epsilon, metrics.successRate]),
      [
        [0.5, 1],
        [0.25, 1],
        [0.0625, 0],
      ],
    );
    assert.deepEqual(
      examples.map(({ adversarial }) => adversarial?.norms.linf),
      [0.0625, 0.25, 0.25],
    );
  });

  it('off the grid, tells what rounding to it makes of the result', async () => {
    // Just over the threshold, which lies between gray levels 127 and 128; 127.53 rounds to 128, 127.4 to 127.
    const lower = linearClassifier([[0], [1]], [127.2 / 255, 0], shape);
    const images = [imageOf([100.4 / 255], 0), imageOf([101 / 255], 0)];
    const { rounds, examples } = await evaluated(planOf({ epsilons: [27 / 255] }), images, lower);
    assert.deepEqual(
      examples.map(({ adversarial, onGrid }) => [adversarial?.success, onGrid?.success]),
      [
        [true, false],
        [true, true],
      ],
    );
    assert.deepEqual(examples[0]?.onGrid?.pixels, Float32Array.of(127 / 255));
    assert.equal(rounds[0]?.metrics.successRate, 1);
    assert.equal(rounds[0]?.metricsOnGrid?.successRate, 0.5);
  });

  it('on the grid, has nothing to tell of rounding', async () => {
    const { rounds, examples } = await evaluated(planOf({ quantize: true }), [imageOf([100 / 255], 0)]);
    assert.ok(!('metricsOnGrid' in (rounds[0] ?? {})));
    assert.equal(examples[0]?.onGrid, undefined);
  });

  it('knows no other attacks than those of the catalog', async () => {
    const { attacks, ...plan } = planOf();
    const [attack] = attacks;
    const magic = { ...plan, attacks: [{ ...attack, attack: 'magic' }] as const };
    await rejectsWith(evaluated(magic, [imageOf([0.25], 0)]), 'There is no attack "magic"');
  });

  it('names the image about which the model does not answer a number', async () => {
    const broken = linearClassifier([[0], [Number.NaN]], [0, 0], shape);
    const images = [imageOf([0.25], 0, 'first.png')];
    await rejectsWith(evaluated(planOf(), images, broken), 'first.png', 'not a finite number');
  });

  it('ends when it is cancelled', async () => {
    const judge = victimOf(threshold);
    const options = { judge, images: [imageOf([0.25], 0)], onExample: () => {} };
    const signal = AbortSignal.abort();
    await assert.rejects(evaluate(planOf(), { ...options, opponents: [{ victims: [judge] }], signal }), {
      name: 'AbortError',
    });
  });
});

describe('targets', () => {
  const many = Array.from({ length: 40 }, (_, i) => imageOf([i / 128], 0, `${i}.png`));

  it('make an image whose label is the target ineligible', async () => {
    const images = [imageOf([0.75], 1), imageOf([0.375], 0), imageOf([0.75], 0)];
    const { rounds, examples } = await evaluated(planOf({ target: 'class 1' }), images);
    assert.deepEqual(
      examples.map(({ status }) => status),
      ['ineligible', 'fooled', 'wrong'],
    );
    assert.equal(rounds[0]?.metrics.successRate, 1);
    assert.equal(rounds[0]?.metrics.robustAccuracy, undefined);
  });

  it('are reached by the target only, not by any wrong class', async () => {
    // Toward class 2 goes away from class 0 as well, and class 1 wins on the way.
    const fork = linearClassifier([[0], [2], [1]], [0.5, 0, 0], shape);
    const { examples } = await evaluated(planOf({ target: 'class 2' }), [imageOf([0.125], 0)], fork);
    assert.equal(examples[0]?.adversarial?.prediction.class, 'class 1');
    assert.equal(examples[0]?.status, 'held');
  });

  it('drawn at random are never the label, are all the others, and the same for the same seed', async () => {
    const targetsOf = async (seed: number) =>
      (await evaluated(planOf({ target: 'random', seed }), many)).examples.map(({ target }) => target);
    const targets = await targetsOf(7);
    assert.deepEqual(new Set(targets), new Set(['class 1', 'class 2']));
    assert.deepEqual(await targetsOf(7), targets);
    assert.notDeepEqual(await targetsOf(8), targets);
  });

  it('drawn at random belong to the image, whatever else is in the run', async () => {
    const { examples } = await evaluated(planOf({ target: 'random' }), many);
    const { examples: fewer } = await evaluated(planOf({ target: 'random' }), many.slice(30).toReversed());
    const byFile = (list: Example[]) => new Map(list.map(({ image, target, seed }) => [image.file, [target, seed]]));
    const all = byFile(examples);
    for (const [file, drawn] of byFile(fewer)) assert.deepEqual(drawn, all.get(file));
  });

  it('are the class with the lowest logit for "least-likely"', async () => {
    const { examples } = await evaluated(planOf({ target: 'least-likely' }), [imageOf([0.25], 0), imageOf([0.75], 1)]);
    assert.deepEqual(
      examples.map(({ target }) => target),
      ['class 2', 'class 2'],
    );
  });

  it('must be classes of the model', async () => {
    await rejectsWith(evaluated(planOf({ target: 'clas 1' }), [imageOf([0.25], 0)]), '"clas 1"', '"class 1"');
  });
});
