import assert from 'node:assert/strict';
import type { audit } from '../../../src/audit/audit.ts';
import { checks } from '../../../src/audit/catalog.ts';
import type { DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { auditOptionsOf, ordinary, ordinaryImages, roundOf, withGradients } from '../../support/auditTrial.ts';
import type { Checks } from '../../support/checks.ts';
import { planOf } from '../../support/plans.ts';

const plan = planOf({ attack: 'pgd', epsilons: [0.001], parameters: { steps: 40, restarts: 1 } });
const essential = ['zero-gradients', 'unbounded-attack-fails'];

/**
 * An audit of a test whose attack took so many points, each with a gradient, on each of 30 images, all of which held: on a model
 * on which every search goes to its end.
 */
async function auditAfter(examine: typeof audit, points: number, exhaustive = false) {
  let passes = 0;
  const counted: DifferentiableClassifier = {
    ...ordinary,
    logits(images) {
      passes += images.length;
      return ordinary.logits(images);
    },
    pullback(images, functionals) {
      passes += 3 * images.length;
      return ordinary.pullback(images, functionals);
    },
  };
  const classifier = withGradients(counted, (gradient) => gradient.fill(0));
  const rounds = [{ ...roundOf(0.001, 0, 30), queries: { points: 30 * points, gradients: 30 * points } }];
  const options = await auditOptionsOf({ plan, classifier, images: ordinaryImages, rounds });
  passes = 0;
  const { findings, notChecked } = await examine(plan, { ...options, exhaustive });
  return {
    passes,
    findings: findings.map(({ check }) => check),
    left: notChecked.map(({ check }) => check),
    reasons: notChecked.map(({ reason }) => reason),
  };
}

export const auditCostChecks: Checks<typeof audit> = {
  'takes a quarter of what the attack took, and says what did not fit': async (audit) => {
    for (const points of [100, 200, 500]) {
      const { passes, findings, left, reasons } = await auditAfter(audit, points);
      const allowed = (30 * points * 3) / 4;
      assert.ok(passes <= allowed, `${passes} passes after ${points} points`);
      assert.deepEqual(findings, essential, String(points));
      const costly = points < 500 ? ['more-steps-change-result'] : [];
      assert.deepEqual(left, [...checks.map(({ id }) => id).filter((id) => id === 'transfer-stronger'), ...costly]);
      if (points < 500)
        assert.match(reasons.at(-1) ?? '', /it may take \d+ passes through the model, and \d+ are left for the audit/);
    }
  },
  'uses what it may take': async (audit) => {
    for (const points of [100, 200]) {
      const { passes } = await auditAfter(audit, points);
      assert.ok(passes > (30 * points * 3) / 4 - 400, `${passes} passes after ${points} points`);
    }
  },
  'makes the essential checks on a few images after an attack that took next to nothing': async (audit) => {
    const { passes, findings } = await auditAfter(audit, 1);
    assert.deepEqual(findings, essential);
    assert.ok(passes <= 1500, `${passes} passes`);
  },
  'leaves nothing out for what it costs where it is to be exhaustive': async (audit) => {
    const { passes, findings, left } = await auditAfter(audit, 1, true);
    assert.deepEqual(findings, essential);
    assert.deepEqual(left, ['transfer-stronger']);
    // Answers, noise, first gradients, the search, and the unbounded, the single and the repeated steps.
    assert.equal(passes, 16 * (1 + 2 + 10 + 3 + 200 + (3 * 50 + 1) + (3 + 1) + (3 * 80 + 1)));
  },
};
