import assert from 'node:assert/strict';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { GuardedVictim } from '../../../../src/defenses/guard/guardedVictim.ts';
import { foolAndEvade, foolThenEvade } from '../../../../src/defenses/guard/objectives.ts';
import { type Victim, victimOf } from '../../../../src/runner/victim.ts';
import { linearDetector } from '../../../support/linearDetector.ts';
import { twoPixelClassifier } from '../../../support/twoPixelClassifier.ts';

// Logits 8 − 8 x₀ and 8 x₀: class 1 where x₀ > 1/2, by a margin of 1 where x₀ > 9/16.
const classifier = twoPixelClassifier;
// score = 3 x₀ − 4 x₁, rejected above 1/4.
const detector = linearDetector([3, -4]);
const parts = {
  guarded: new GuardedVictim(classifier, detector, { threshold: 0.25, scale: 1 }),
  plain: victimOf(classifier),
  detector,
};
const goal = createGoal(0);

async function ask(victim: Victim, ...point: number[]) {
  const [answer] = await victim.answer([{ point: Float32Array.from(point), goal, functionals: [goal.margin] }]);
  return { decision: answer?.decision, gradient: Array.from(answer?.gradients?.[0] ?? []) };
}

describe('an attacker who fools the model first, and then evades the detector', () => {
  const victim = foolThenEvade(parts);

  it('follows the loss of the model until it is fooled by a margin', async () => {
    for (const x of [0.25, 0.5, 0.56]) assert.deepEqual((await ask(victim, x, 0)).gradient, [16, 0]);
  });

  it('follows the score downhill from there', async () => {
    for (const x of [0.57, 0.75]) assert.deepEqual((await ask(victim, x, 0)).gradient, [-3, 4]);
  });
});

describe('an attacker who fools the model and evades the detector at once', () => {
  it('follows both gradients, each of length 1', async () => {
    const { gradient } = await ask(foolAndEvade(parts), 0.25, 0);
    for (const [i, value] of [1 - 0.6, 0.8].entries())
      assert.ok(Math.abs((gradient[i] as number) - value) < 1e-6, `${gradient}`);
  });

  it('follows the one that there is', async () => {
    const flat = { ...parts, detector: linearDetector([0, 0]) };
    assert.deepEqual((await ask(foolAndEvade(flat), 0.25, 0)).gradient, [1, 0]);
  });
});

describe('either attacker', () => {
  for (const create of [foolThenEvade, foolAndEvade]) {
    it(`has got there only where the model is fooled and the detector accepts: ${create.name}`, async () => {
      const victim = create(parts);
      const decisions = await Promise.all([
        ask(victim, 0.75, 0.9),
        ask(victim, 0.75, 0),
        ask(victim, 0.25, 0.9),
        ask(victim, 0.25, 0),
      ]);
      assert.deepEqual(
        decisions.map(({ decision }) => decision),
        [1, 0, 0, 0],
      );
      const forward = await victim.answer([{ point: Float32Array.of(0.75, 0), goal }]);
      assert.equal(forward[0]?.decision, 0);
    });
  }
});
