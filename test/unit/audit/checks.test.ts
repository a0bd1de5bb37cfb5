import assert from 'node:assert/strict';
import { audit } from '../../../src/audit/audit.ts';
import { randomizedOutputs } from '../../../src/audit/checks/randomizedOutputs.ts';
import { softmaxOutput } from '../../../src/audit/checks/softmaxOutput.ts';
import { successNotMonotone } from '../../../src/audit/checks/successNotMonotone.ts';
import { unstablePredictions } from '../../../src/audit/checks/unstablePredictions.ts';
import { zeroGradients } from '../../../src/audit/checks/zeroGradients.ts';
import type { DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { softmax } from '../../../src/models/functional.ts';
import {
  auditOptionsOf,
  cousin,
  examine,
  ordinary,
  ordinaryImages,
  roundOf,
  seeing,
  withGradients,
} from '../../support/auditTrial.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { planOf } from '../../support/plans.ts';
import { onePixel, pgd, sixteen, threshold, unfooled } from './onePixelCases.ts';

describe('an ordinary network', () => {
  const plans = {
    'PGD at several budgets': planOf({ attack: 'pgd', epsilons: [0.02, 0.05, 0.1, 0.2] }),
    'PGD on the grid': planOf({ attack: 'pgd', epsilons: [13 / 255, 26 / 255], quantize: true }),
    'PGD in l2': planOf({ attack: 'pgd', norm: 'l2', epsilons: [0.2] }),
    'PGD in l1': planOf({ attack: 'pgd', norm: 'l1', epsilons: [0.5] }),
    'I-FGSM': planOf({ attack: 'ifgsm', epsilons: [0.1] }),
    'FMN in l0': planOf({ attack: 'fmn', norm: 'l0', epsilons: [] }),
    'DeepFool on the grid': planOf({ attack: 'deepfool', norm: 'l2', epsilons: [], quantize: true }),
  };
  for (const [name, plan] of Object.entries(plans)) {
    it(`has no finding in a test of ${name}`, async () => {
      const options = await auditOptionsOf({
        plan,
        classifier: ordinary,
        images: ordinaryImages,
        surrogates: [cousin],
      });
      assert.deepEqual((await audit(plan, { ...options, exhaustive: true })).findings, []);
    });
  }
});

describe('success-not-monotone', () => {
  const among = (total: number, ...fooled: number[]) =>
    examine(successNotMonotone, {
      plan: pgd,
      classifier: threshold,
      images: [],
      rounds: fooled.map((count, i) => roundOf((i + 1) / 8, count, total)),
    });

  it('is found where success falls by more than an image and a tenth', async () => {
    assert.equal(
      await among(16, 4, 9, 7),
      'The attack fools 9 of 16 images at ε = 0.25, and only 7 at the larger ε = 0.375.',
    );
    assert.ok(await among(40, 20, 15), 'await among(40, 20, 15)');
    assert.ok(await among(16, 9, 8, 7), 'falling little by little');
  });

  it('is not found where it falls by less, or rises', async () => {
    assert.equal(await among(16, 4, 9, 8), undefined);
    assert.equal(await among(40, 20, 16), undefined);
    assert.equal(await among(16, 4, 4, 16), undefined);
  });

  it('goes by the budgets, in whatever order they are', async () => {
    const rounds = [roundOf(0.5, 9, 16), roundOf(0.25, 2, 16)];
    const rising = { plan: pgd, classifier: threshold, images: [], rounds };
    assert.equal(await examine(successNotMonotone, rising), undefined);
  });
});

describe('softmax-output', () => {
  it('is found in a model that answers with probabilities', async () => {
    const classifier: DifferentiableClassifier = {
      ...ordinary,
      logits: async (images) => (await ordinary.logits(images)).map((row) => Float32Array.from(softmax(row))),
    };
    const found = await examine(softmaxOutput, { plan: pgd, classifier, images: ordinaryImages, rounds: unfooled });
    assert.match(found ?? '', /probabilities on all of the 16 images/);
  });

  it('is not found where a single row adds up to 1', async () => {
    const test = { plan: pgd, classifier: threshold, images: sixteen(15, 0.5, 0.25), rounds: unfooled };
    assert.equal(await examine(softmaxOutput, test), undefined);
  });
});

describe('randomized-outputs', () => {
  const jittered = (size: number) => {
    let asked = 0;
    return seeing(ordinary, (image) => image.map((value) => value + (size * asked++) / 1e4));
  };
  const test = { plan: pgd, images: ordinaryImages, rounds: unfooled };

  it('is found in a model that adds noise to its input', async () => {
    const found = await examine(randomizedOutputs, { ...test, classifier: jittered(1) });
    assert.match(found ?? '', /answers differently on 16 of 16: logits change by up to [\d.]+% of the largest/);
  });

  it('is not looked for where the attack follows the mean of many answers', async () => {
    const reasonOf = async (attack: string, parameters: Readonly<Record<string, unknown>>) => {
      const plan = planOf({ attack, epsilons: [0.1], parameters });
      const options = await auditOptionsOf({ ...test, plan, classifier: jittered(1) });
      const { notChecked } = await audit(plan, options);
      return notChecked.find(({ check }) => check === 'randomized-outputs')?.reason;
    };
    assert.equal(await reasonOf('apgd', { eot: 20 }), 'APGD attacks the mean of many answers');
    assert.equal(await reasonOf('auto', { version: 'rand' }), 'Auto attacks the mean of many answers');
    assert.equal(await reasonOf('apgd', { eot: 1 }), undefined);
  });

  it('is not found where only the last digits differ', async () => {
    assert.equal(await examine(randomizedOutputs, { ...test, classifier: jittered(1e-5) }), undefined);
  });
});

describe('zero-gradients', () => {
  const masked = (count: number, value: number) => ({
    plan: pgd,
    images: sixteen(count, 0.125, 0.25),
    rounds: unfooled,
    classifier: withGradients(threshold, (gradient, [x]) => (x === 0.125 ? gradient.fill(value) : gradient)),
  });

  it('is found where the gradient is zero, or no number, on more than a tenth', async () => {
    assert.equal(
      await examine(zeroGradients, masked(2, 0)),
      'The gradient of the loss is zero on 2 and not finite on 0 of 16 images.',
    );
    assert.match((await examine(zeroGradients, masked(3, Number.NaN))) ?? '', /zero on 0 and not finite on 3 of 16/);
  });

  it('is not found where it is so on one image', async () => {
    assert.equal(await examine(zeroGradients, masked(1, 0)), undefined);
  });
});

describe('unstable-predictions', () => {
  const never = linearClassifier([[0], [1], [0]], [0.5, 0, -1], onePixel);
  /** Sees gray levels as odd or even where they are below one half. */
  const parity = seeing(never, ([x = 0]) => Float32Array.of(x < 0.5 ? Math.round(255 * x) % 2 : x));
  const test = (count: number, target?: number) => ({
    plan: pgd,
    classifier: parity,
    images: sixteen(count, 20 / 255, 200 / 255),
    rounds: unfooled,
    ...(target === undefined ? {} : { target }),
  });

  it('is found where a gray level changes the class', async () => {
    assert.match(
      (await examine(unstablePredictions, test(2))) ?? '',
      /one gray level changes the prediction on 2 of 16 images/,
    );
  });

  it('is found whatever the target is', async () => {
    assert.ok(await examine(unstablePredictions, test(16, 2)), 'await examine(unstablePredictions, test(16, 2))');
  });

  it('is not found where it does so on one image', async () => {
    assert.equal(await examine(unstablePredictions, test(1)), undefined);
  });
});
