import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { GuardedVictim } from '../../../../src/defenses/guard/guardedVictim.ts';
import { argmax } from '../../../../src/models/functional.ts';
import type { Outcome } from '../../../../src/runner/conversation.ts';
import { runAttack } from '../../../../src/runner/runAttack.ts';
import { victimOf } from '../../../../src/runner/victim.ts';
import { firstFailure, itPasses } from '../../../support/checks.ts';
import { linearDetector } from '../../../support/linearDetector.ts';
import { anyCounterexampleWillDo } from '../../../support/mutants/itFails.ts';
import { type Rewrite, rewrittenPart } from '../../../support/mutants/rewrite.ts';
import { optionsOf } from '../../../support/runs.ts';
import { twoPixelClassifier } from '../../../support/twoPixelClassifier.ts';
import { guardedChecks } from './guardedChecks.ts';

describe('a classifier with its detector', () => {
  itPasses(guardedChecks, GuardedVictim);
});

describe('an attack on a classifier with its detector', () => {
  // Class 1 where x₀ > 1/2; rejected where x₁ < 1/4 + x₀ / 2.
  const classifier = twoPixelClassifier;
  const guarded = new GuardedVictim(classifier, linearDetector([2, -4], 0), { threshold: -1, scale: 1 });
  const image = Float32Array.of(0.25, 0.4);
  const corner = Math.hypot(0.25, 0.1);

  async function nearest(id: string, parameters: Record<string, unknown> = {}, guard = true): Promise<Outcome> {
    const attack = catalog.get(id) as AttackDefinition;
    const budget = { norm: 'l2', epsilon: Number.POSITIVE_INFINITY } as const;
    const plain = optionsOf(attack, { classifier, parameters, budget, stopAtSuccess: false });
    const options = { ...plain, victim: guard ? guarded : victimOf(classifier) };
    for await (const outcome of runAttack(options, [{ image, goal: createGoal(0), seed: 1 }])) return outcome;
    return assert.fail('the attack came to nothing');
  }

  it('goes straight over the boundary where nobody guards it', async () => {
    const { best } = await nearest('deepfool', {}, false);
    assert.ok(best?.success && Math.abs(best.norms.l2 - 0.25) < 0.01, `${best?.norms.l2}`);
    assert.equal((await guarded.judge([best.point]))[0]?.rejected, true);
  });

  it('finds the nearest point that is misclassified and accepted', async () => {
    const { best } = await nearest('cw', { steps: 400, searchSteps: 6 });
    assert.ok(best?.success, 'it got there');
    const [judgment] = await guarded.judge([best.point]);
    assert.ok(judgment && !judgment.rejected && argmax(judgment.logits) === 1, 'through');
    // The corner where both boundaries meet.
    assert.ok(best.norms.l2 < 1.1 * corner && best.norms.l2 > 0.999 * corner, `${best.norms.l2} of ${corner}`);
  });
});

const rewrites: Readonly<Record<string, Rewrite>> = {
  'it rejects low scores': ['return !(score <= this', 'return !(score >= this'],
  'a score that is no number is accepted': [
    'return !(score <= this.#threshold.threshold)',
    'return score > this.#threshold.threshold',
  ],
  'rejection has a logit of its own, not above the others': ['const rejection = top +', 'const rejection ='],
  'the spread is left out': ['(score - threshold) / scale : farAbove', 'score - threshold : farAbove'],
  'rejection counts as the class that leads': [
    'const byRejection = rejection > (merged[label] as number);\n    if (byRejection) merged[label] = rejection;',
    'const byRejection = rejection > (merged[leader] as number);\n    if (byRejection) merged[leader] = rejection;',
  ],
  'rejection replaces the label always': [
    'const byRejection = rejection > (merged[label] as number);',
    'const byRejection = true;',
  ],
  'the detector gives no gradient': ['if (share === 0 || slope === undefined) return gradient;', 'return gradient;'],
  'the leading logit gives no gradient': ['gradient[leader] = (gradient[leader] as number) + share;', ''],
  'the label keeps its gradient': ['gradient[label] = 0;', ''],
  'the gradient of the score is not divided by the spread': [
    'const factor = share / this.#threshold.scale;',
    'const factor = share;',
  ],
  'the gradient of the score has the wrong sign': [
    'addScaled(gradient, slope, factor)',
    'addScaled(gradient, slope, -factor)',
  ],
  'images are mixed up': ['slopes.set(i, gradients[place]', 'slopes.set(i, gradients[0]'],
};

describe('the checks tell broken code from sound code in a classifier with its detector', () => {
  anyCounterexampleWillDo();
  const place = { folder: 'defenses/guard', file: 'guardedVictim', exported: 'GuardedVictim' };
  for (const [name, rewrite] of Object.entries(rewrites)) {
    it(`where ${name}`, async () => {
      const mutant = await rewrittenPart<typeof GuardedVictim>(place, rewrite);
      assert.notEqual(await firstFailure(guardedChecks, mutant), undefined, 'the mutant passes every check');
    });
  }
});
