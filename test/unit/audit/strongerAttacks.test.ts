import assert from 'node:assert/strict';
import { audit } from '../../../src/audit/audit.ts';
import { blackBoxStronger } from '../../../src/audit/checks/blackBoxStronger.ts';
import { moreStepsChangeResult } from '../../../src/audit/checks/moreStepsChangeResult.ts';
import { singleStepBeatsIterative } from '../../../src/audit/checks/singleStepBeatsIterative.ts';
import { transferStronger } from '../../../src/audit/checks/transferStronger.ts';
import { unawareAttackerStronger } from '../../../src/audit/checks/unawareAttackerStronger.ts';
import { unboundedAttackFails } from '../../../src/audit/checks/unboundedAttackFails.ts';
import { zeroGradients } from '../../../src/audit/checks/zeroGradients.ts';
import { createTrial } from '../../../src/audit/trial.ts';
import { valueAt } from '../../../src/data/grid.ts';
import type { Pixels } from '../../../src/data/image.ts';
import type { Classifier, DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { pointsOf, type Victim, victimOf } from '../../../src/runner/victim.ts';
import {
  auditOptionsOf,
  cousin,
  examine,
  imagesOf,
  obstacle,
  ordinary,
  ordinaryImages,
  roundOf,
  withGradients,
} from '../../support/auditTrial.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { planOf } from '../../support/plans.ts';
import { smoothClassifier } from '../../support/smoothClassifier.ts';
import { onePixel, pgd, sixteen, threshold, unfooled } from './onePixelCases.ts';

/** Class 1 lies beyond 0.45; small steps from 0.2 are held by a bump at 0.25. */
const trap = smoothClassifier(
  2,
  ([x = 0]) => {
    const bump = 0.5 * Math.exp(-(((x - 0.25) / 0.05) ** 2));
    const rise = 1 / (1 + Math.exp(-40 * (x - 0.45)));
    return {
      logits: [1, bump + 2 * rise],
      jacobian: [[0], [(-2 * (x - 0.25) * bump) / 0.05 ** 2 + 80 * rise * (1 - rise)]],
    };
  },
  onePixel,
);

describe('single-step-beats-iterative', () => {
  const test = (attack: string, count: number) => ({
    plan: planOf({ attack, epsilons: [0.3], parameters: attack === 'pgd' ? { restarts: 1 } : {} }),
    classifier: trap,
    images: sixteen(count, 0.2, 0.05),
  });

  it('is found where small steps are led astray', async () => {
    assert.equal(
      await examine(singleStepBeatsIterative, test('pgd', 2)),
      'A single step fools 2 of the 16 images that held against PGD (16 were looked at).',
    );
    assert.ok(
      await examine(singleStepBeatsIterative, test('ifgsm', 5)),
      "await examine(singleStepBeatsIterative, test('ifgsm', 5))",
    );
  });

  it('is found in a test of the single step, beside PGD', async () => {
    assert.equal(
      await examine(singleStepBeatsIterative, test('fgsm', 2)),
      '10 steps of PGD do not fool 2 of the 2 images that a single step fooled (16 were looked at).',
    );
  });

  it('is not found where it is one image', async () => {
    assert.equal(await examine(singleStepBeatsIterative, test('pgd', 1)), undefined);
    assert.equal(await examine(singleStepBeatsIterative, test('fgsm', 1)), undefined);
  });
});

const flat = (classifier: DifferentiableClassifier) => withGradients(classifier, (gradient) => gradient.fill(0));
/** 81 pixels that all weigh alike: chance moves their sum by a ninth of what the sign of the gradient does. */
const wide = linearClassifier([Array(81).fill(0), Array(81).fill(1)], [40, 0], {
  height: 9,
  width: 9,
  channels: 1,
});
const wideImages = imagesOf(16, 81, [0.25, 0.6]).map((image) => {
  const mean = image.reduce((a, b) => a + b) / 81;
  return image.map((value) => value + 0.43 - mean);
});

describe('black-box-stronger', () => {
  it('is found where trying does what gradients do not', async () => {
    const test = { plan: planOf({ attack: 'ifgsm', epsilons: [0.1] }), classifier: flat(threshold) };
    assert.equal(
      await examine(blackBoxStronger, { ...test, images: sixteen(3, 0.45, 0.25) }),
      'A random search of 200 points, which needs no gradients, fools 3 of the 16 images that held against I-FGSM (16 were looked at).',
    );
    const single = { ...test, images: sixteen(1, 0.45, 0.25), rounds: unfooled };
    assert.equal(await examine(blackBoxStronger, single), undefined);
  });

  for (const norm of ['linf', 'l2', 'l1'] as const) {
    it(`is found in ${norm} where chance alone would not do`, async () => {
      // All values have to go up, and by two thirds of what the budget allows.
      const epsilon = 0.1 * { linf: 1, l2: 9, l1: 81 }[norm];
      const plan = planOf({ attack: 'pgd', norm, epsilons: [epsilon] });
      const masked = { plan, classifier: flat(wide), images: wideImages };
      assert.match((await examine(blackBoxStronger, masked)) ?? '', /fools 16 of the 16 images that held against PGD/);
      assert.equal(await examine(blackBoxStronger, { ...masked, classifier: wide }), undefined);
    });
  }

  it('is found by labels alone', async () => {
    const { judge, ...victim } = victimOf(flat(wide));
    const labels = async (points: readonly Pixels[]) => (await judge(points)).map(({ decision }) => ({ decision }));
    const behind: Victim = { ...victim, access: 'labels', judge: labels, answer: (asks) => labels(pointsOf(asks)) };
    const options = await auditOptionsOf({ plan: pgd, classifier: flat(wide), images: wideImages, rounds: unfooled });
    const trial = createTrial(pgd, { ...options, conditions: { victim: behind } });
    assert.match((await blackBoxStronger.examine(trial)) ?? '', /fools \d+ of the 16 images that held/);
  });

  it('is found where trying comes nearer than a minimum-norm attack came', async () => {
    const plan = planOf({ attack: 'deepfool', norm: 'linf', epsilons: [] });
    const test = { plan, classifier: threshold, images: sixteen(16, 0.45, 0.45) };
    assert.equal(await examine(blackBoxStronger, test), undefined);
    const far = { ...test, rounds: [roundOf(undefined, 16, 16, 0.3)] };
    assert.match((await examine(blackBoxStronger, far)) ?? '', /16 of the 16 images that held against DeepF/);
  });

  it('is not looked for in l0', async () => {
    const plan = planOf({ attack: 'fmn', norm: 'l0', epsilons: [] });
    const test = { plan, classifier: ordinary, images: ordinaryImages };
    assert.equal(await obstacle(blackBoxStronger, test), 'Square search does not work in l0');
  });
});

describe('transfer-stronger', () => {
  const test = { plan: pgd, classifier: flat(wide), images: wideImages };

  it('is found where the examples of another model do what gradients do not', async () => {
    assert.match(
      (await examine(transferStronger, { ...test, surrogates: [wide] })) ?? '',
      /examples of another model fool 16 of the 16 images that held against PGD/,
    );
    // What barely fools a model that is easier to fool does not do.
    const easier = linearClassifier([Array(81).fill(0), Array(81).fill(1)], [37, 0], wide.input);
    assert.ok(await examine(transferStronger, { ...test, surrogates: [easier] }));
  });

  it('is not found where the attack had found all that there is', async () => {
    assert.equal(await examine(transferStronger, { ...test, classifier: wide, surrogates: [wide] }), undefined);
  });

  it('is not looked for without another model', async () => {
    assert.match((await obstacle(transferStronger, test)) ?? '', /no other model/);
    assert.equal(await obstacle(transferStronger, { ...test, surrogates: [wide] }), undefined);
  });
});

describe('unaware-attacker-stronger', () => {
  const among = (of: number, ...counts: [adaptive: number, unaware: number][]) =>
    examine(unawareAttackerStronger, {
      plan: pgd,
      classifier: threshold,
      images: [],
      rounds: counts.map(([adaptive, unaware], i) => ({
        ...roundOf((i + 1) / 8, adaptive, of),
        fooledBy: { adaptive, unaware },
      })),
    });

  it('is found where who knows of the detector fools fewer by more than an image and a tenth', async () => {
    assert.equal(
      await among(16, [3, 3], [4, 9]),
      'An attacker who does not know of the defense fools 9 of 16 images at ε = 0.25, and one who does only 4.',
    );
    assert.ok(await among(1, [0, 1]), 'of a single image');
  });

  it('is not found where he fools as many, or there is no detector', async () => {
    assert.equal(await among(16, [8, 9], [9, 4]), undefined);
    assert.equal(await among(40, [16, 20]), undefined);
    const plain = { plan: pgd, classifier: threshold, images: [], rounds: unfooled };
    assert.equal(await examine(unawareAttackerStronger, plain), undefined);
  });
});

describe('unbounded-attack-fails', () => {
  const masked = (count: number) => ({
    plan: pgd,
    images: sixteen(count, 0.125, 0.25),
    rounds: unfooled,
    classifier: withGradients(threshold, (gradient, [x]) => (x === 0.125 ? gradient.fill(0) : gradient)),
  });

  it('is found where no budget helps', async () => {
    assert.equal(
      await examine(unboundedAttackFails, masked(2)),
      'With a budget of the whole pixel range, 50 steps of PGD do not fool 2 of 16 images.',
    );
  });

  it('is not found where one image holds', async () => {
    assert.equal(await examine(unboundedAttackFails, masked(1)), undefined);
  });

  it('is found where an attack that minimizes the norm finds nothing, however far', async () => {
    const plan = planOf({ attack: 'deepfool', norm: 'l2', epsilons: [] });
    const test = { plan, classifier: threshold, images: sixteen(16, 0.25, 0.25) };
    assert.equal(
      await examine(unboundedAttackFails, { ...test, rounds: [roundOf(undefined, 12, 16, 0.25)] }),
      'DeepFool finds no adversarial example at any distance on 4 of 16 images.',
    );
    assert.equal(
      await examine(unboundedAttackFails, { ...test, rounds: [roundOf(undefined, 15, 16, 0.25)] }),
      undefined,
    );
  });

  it('goes all the way', async () => {
    const far = linearClassifier([[0], [1]], [0.9, 0], onePixel);
    const test = { plan: pgd, classifier: far, images: sixteen(16, 0.1, 0.1) };
    assert.equal(await examine(unboundedAttackFails, test), undefined);
  });
});

describe('more-steps-change-result', () => {
  const parameters = { steps: 1, stepSize: 0.02, restarts: 1 };
  const test = (count: number, own: object = {}) => ({
    plan: planOf({ attack: 'pgd', epsilons: [0.1], parameters: { ...parameters, ...own } }),
    classifier: threshold,
    images: sixteen(count, 0.47, 0.25),
  });

  it('is found where twice the steps find more', async () => {
    assert.equal(
      await examine(moreStepsChangeResult, test(2)),
      'With 2 steps instead of 1, PGD fools 2 of the 16 images that held (16 were looked at).',
    );
  });

  it('is not found where they find one image more', async () => {
    assert.equal(await examine(moreStepsChangeResult, test(1)), undefined);
  });

  it('is found where twice the steps of a minimum-norm attack come nearer', async () => {
    const fmn = (steps: number) => planOf({ attack: 'fmn', norm: 'linf', epsilons: [], parameters: { steps } });
    const few = { plan: fmn(2), classifier: ordinary, images: ordinaryImages };
    const found = await examine(moreStepsChangeResult, few);
    assert.match(
      found ?? '',
      /With 4 steps instead of 2, FMN finds examples at less than 90% of the distance on \d+ of 16/,
    );
    const enough = { ...few, plan: fmn(100) };
    assert.equal(await examine(moreStepsChangeResult, enough), undefined);
  });

  it('is not found where other starting points find more', async () => {
    const classifier = withGradients(threshold, (gradient, [x]) => (x === 0.4375 ? gradient.fill(0) : gradient));
    const plan = planOf({ attack: 'pgd', epsilons: [0.1], parameters: { steps: 5, restarts: 8 } });
    const test = { plan, classifier, images: sixteen(16, 0.4375, 0), rounds: unfooled };
    assert.equal(await examine(moreStepsChangeResult, test), undefined);
  });

  it('doubles the steps that the attack took, on the grid those of the budget there', async () => {
    // ε = 0.034 is 8 gray levels on the grid: I-FGSM takes 10 steps there, and would take 11 off it.
    const step = linearClassifier([[0], [1]], [0.54, 0], onePixel);
    const plan = planOf({ attack: 'ifgsm', epsilons: [0.034], quantize: true });
    const sentence = await examine(moreStepsChangeResult, {
      plan,
      classifier: step,
      images: sixteen(16, valueAt(132), 0),
      rounds: [roundOf(0.034, 0, 16)],
    });
    assert.match(sentence ?? '', /^With 20 steps instead of 10, /);
  });

  it('is not looked for in an attack without steps', async () => {
    const auto = { plan: planOf({ attack: 'auto' }), classifier: ordinary, images: ordinaryImages, rounds: unfooled };
    assert.equal(await obstacle(moreStepsChangeResult, auto), 'Auto has no number of steps');
    assert.equal(await obstacle(moreStepsChangeResult, test(16)), undefined);
  });
});

describe('a model without gradients', () => {
  it('is audited in what needs none', async () => {
    const { pullback: _, ...opaque } = ordinary;
    const classifier = opaque as Classifier as DifferentiableClassifier;
    const test = { plan: pgd, classifier, images: ordinaryImages, rounds: [roundOf(0.3, 0, 30)] };
    for (const check of [zeroGradients, singleStepBeatsIterative, unboundedAttackFails])
      assert.equal(await obstacle(check, test), 'the model gives no gradients');
    assert.ok(await examine(blackBoxStronger, test));
  });
});

describe('a test of one image', () => {
  const single = { plan: pgd, rounds: [roundOf(0.1, 0, 1)] };

  it('has every finding that several have', async () => {
    const masked = { ...single, classifier: flat(threshold), images: [Float32Array.of(0.45)] };
    for (const check of [zeroGradients, blackBoxStronger, unboundedAttackFails])
      assert.match((await examine(check, masked)) ?? '', / 1 (of|image)/, check.id);
  });

  it('has none where its attack did what can be done', async () => {
    for (const plan of [pgd, planOf({ attack: 'deepfool', norm: 'l2', epsilons: [] })]) {
      for (const image of ordinaryImages.slice(0, 8)) {
        const test = { plan, classifier: ordinary, images: [image], surrogates: [cousin] };
        const { findings } = await audit(plan, await auditOptionsOf(test));
        assert.deepEqual(findings, [], String(image));
      }
    }
  });
});
