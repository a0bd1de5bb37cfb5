import assert from 'node:assert/strict';
import { audit } from '../../../src/audit/audit.ts';
import type { Pixels } from '../../../src/data/image.ts';
import { type Attacked, evaluate } from '../../../src/evaluation/evaluate.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import { conclude } from '../../../src/evaluation/verdict.ts';
import type { DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { argmax } from '../../../src/models/functional.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import { UserError } from '../../../src/userError.ts';
import { ordinary, ordinaryImages, seeing, withGradients } from '../../support/auditTrial.ts';
import { imageOf, planOf } from '../../support/plans.ts';

/** The ordinary network behind a function of each value, with its slope. */
function behind(value: (x: number) => number, slope: (x: number) => number): DifferentiableClassifier {
  const changed = seeing(ordinary, (image) => image.map(value));
  return withGradients(changed, (gradient, image) => gradient.map((g, i) => g * slope(image[i] as number)));
}

/** How a test of a model ends. */
async function endOf(plan: TestPlan, classifier: DifferentiableClassifier): Promise<string> {
  const judge = victimOf(classifier);
  const rows = await ordinary.logits(ordinaryImages);
  const images = ordinaryImages.map((image: Pixels, i) => imageOf(image, argmax(rows[i] as Float32Array)));
  let attacked: Attacked | undefined;
  try {
    const rounds = await evaluate(plan, {
      judge,
      opponents: [{ victims: [judge] }],
      images,
      onExample() {},
      onAttacked(all) {
        attacked = all;
      },
    });
    const { status } = conclude(plan, rounds, classifier.classes.length);
    if (status !== 'passed') return status;
    const { findings } = await audit(plan, attacked ?? assert.fail('nothing was attacked'));
    return findings.length > 0 ? `flagged: ${findings.map(({ check }) => check).join(', ')}` : 'passed';
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return 'errored';
  }
}

describe('a network that masks its gradients', () => {
  const plans = ['fgsm', 'pgd', 'auto'].map((attack) =>
    planOf({ attack, epsilons: [0.3], quantize: true, expect: { robustAccuracy: [0.3] } }),
  );
  let state = 1;
  const draw = () => {
    state = (48271 * state) % (2 ** 31 - 1);
    return 0.4 * (state / 2 ** 31 - 0.5);
  };
  const stairs = (x: number) => Math.round(3 * x) / 3;
  const networks = {
    'by stairs that slope back': behind(
      (x) => stairs(x) - x / 1000,
      () => -1e-3,
    ),
    'by ripples': behind(
      (x) => x + Math.sin(200 * x) / 50,
      (x) => 1 + 4 * Math.cos(200 * x),
    ),
    'by noise': seeing(ordinary, (image) => image.map((x) => x + draw())),
  };

  it('is made of one that falls to every attack', async () => {
    for (const plan of plans) assert.equal(await endOf(plan, ordinary), 'failed', plan.attacks[0].attack);
  });

  for (const [name, network] of Object.entries(networks)) {
    it(`${name} passes no test without a finding`, async () => {
      for (const plan of plans) assert.notEqual(await endOf(plan, network), 'passed', plan.attacks[0].attack);
    });
  }

  it('is flagged by a search without gradients where these lead the wrong way', async () => {
    const end = await endOf(plans[1] as TestPlan, networks['by stairs that slope back']);
    assert.match(end, /flagged: .*black-box-stronger/);
  });
});
