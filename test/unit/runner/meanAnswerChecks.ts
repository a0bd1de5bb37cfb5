import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';
import { propose, pullback } from '../../../src/attacks/dialogue.ts';
import { createGoal } from '../../../src/attacks/goal.ts';
import type { DifferentiableClassifier } from '../../../src/models/classifier.ts';
import type { meanAnswer } from '../../../src/runner/meanAnswer.ts';
import type { runAttack } from '../../../src/runner/runAttack.ts';
import type { Checks } from '../../support/checks.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { outcomesOf } from '../../support/runs.ts';
import { toyAttack } from '../../support/toyAttack.ts';

const answer = (decision: number, value: number) => ({
  decision,
  logits: Float32Array.of(value, 2 * value),
  values: [value, -value],
  gradients: [Float32Array.of(value, 0), Float32Array.of(1, value)],
});

/** Predicts class 0 but for the first of every `period` questions, whatever the image; the gradient is the number of the question. */
function moody(period: number): DifferentiableClassifier {
  const shape = { height: 1, width: 1, channels: 1 } as const;
  const linear = linearClassifier([[0], [0]], [1, 0], shape);
  let asked = 0;
  const logitsOf = (n: number) => ((n - 1) % period === 0 ? Float32Array.of(0, 1) : Float32Array.of(1, 0));
  return {
    ...linear,
    async logits(images) {
      return images.map(() => logitsOf(++asked));
    },
    async pullback(images) {
      const rows = images.map(() => ++asked);
      return {
        logits: rows.map(logitsOf),
        values: rows.map((n) => [n]),
        gradients: rows.map((n) => [Float32Array.of(n)]),
      };
    },
  };
}

/** What is known of the mean of several answers. */
export const meanAnswerChecks: Checks<typeof meanAnswer> = {
  'comes to means, and to what was predicted most often, the first of equals': (meanAnswer) => {
    const mean = meanAnswer([answer(1, 1), answer(0, 2), answer(0, 6), answer(1, -1)]);
    assert.deepEqual(mean, {
      decision: 1,
      logits: Float32Array.of(2, 4),
      values: [2, -2],
      gradients: [Float32Array.of(2, 0), Float32Array.of(1, 2)],
    });
    assert.equal(meanAnswer([answer(2, 0), answer(1, 0), answer(1, 0)]).decision, 1);
    assert.deepEqual(meanAnswer([{ decision: 3 }, { decision: 3 }]), { decision: 3 });
  },
};

/** What is known of attacks that take the mean of several answers. */
export const samplingChecks: Checks<typeof runAttack> = {
  'are one to the attack, and judged as one, while each is counted': async (runner) => {
    const seen: number[] = [];
    const attack: AttackDefinition = toyAttack('white-box', function* ({ image, goal }) {
      const { value, gradient } = yield* pullback(
        image.map(() => 0.75),
        goal.loss,
        4,
      );
      seen.push(value, gradient[0] as number);
    });
    const run = { budget: { norm: 'linf', epsilon: 1 }, stopAtSuccess: false } as const;
    const subject = { image: Float32Array.of(0.5), goal: createGoal(0), seed: 1 };
    const [seldom] = await outcomesOf(attack, { ...run, classifier: moody(4) }, [subject], runner);
    assert.deepEqual(seen, [2.5, 2.5]);
    assert.deepEqual(seldom?.queries, { points: 4, gradients: 4 });
    assert.equal(seldom?.best?.success, false, 'one wrong answer of four is no success');
    // Rounded to the grid, the point is another one, and what is proposed was not asked about.
    const proposing = toyAttack('white-box', function* ({ image, goal }) {
      yield* pullback(
        image.map(() => 0.7501),
        goal.loss,
        4,
      );
      yield* propose(image.map(() => 0.6));
    });
    const onGrid = { ...run, quantize: true, classifier: moody(8) };
    const [rounded] = await outcomesOf(proposing, onGrid, [subject], runner);
    assert.deepEqual([rounded?.queries.points, rounded?.best?.success], [8, false]);
    const [always] = await outcomesOf(attack, { ...run, classifier: moody(1) }, [subject], runner);
    assert.equal(always?.best?.success, true);
  },
};
