import assert from 'node:assert/strict';
import fc from 'fast-check';
import type * as separation from '../../../../src/defenses/detectors/separation.ts';
import type { Checks } from '../../../support/checks.ts';

/** Few values, so that ties are frequent. */
const scores = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 40 });

/** What must hold of the figures of a detector. */
export const separationChecks: Checks<Pick<typeof separation, 'separate' | 'thresholdAt'>> = {
  'have as area the probability that an adversarial example scores higher'({ separate }) {
    fc.assert(
      fc.property(scores, scores, (clean, adversarial) => {
        const wins = adversarial.flatMap((a) => clean.map((c) => (a > c ? 1 : a === c ? 0.5 : 0)));
        const probability = wins.reduce<number>((sum, win) => sum + win, 0) / wins.length;
        assert.ok(Math.abs(separate(clean, adversarial).auroc - probability) < 1e-9, `not ${probability}`);
      }),
    );
  },

  'have the same area under the corners of the curve, which rises from (0, 0) to (1, 1)'({ separate }) {
    fc.assert(
      fc.property(scores, scores, (clean, adversarial) => {
        const { roc, auroc } = separate(clean, adversarial);
        let area = 0;
        for (const [i, [x, y]] of roc.entries()) {
          const [lastX, lastY] = roc[Math.max(0, i - 1)] as readonly [number, number];
          assert.ok(x >= lastX && y >= lastY, 'the curve falls');
          area += ((x - lastX) * (y + lastY)) / 2;
        }
        assert.deepEqual(
          [roc[0], roc.at(-1)],
          [
            [0, 0],
            [1, 1],
          ],
        );
        assert.ok(Math.abs(area - auroc) < 1e-9, `${area} instead of ${auroc}`);
      }),
    );
  },

  'detect as much as the best threshold that rejects few enough clean images'({ separate }) {
    fc.assert(
      fc.property(scores, scores, (clean, adversarial) => {
        const { detectedAt1, detectedAt5 } = separate(clean, adversarial);
        const best = (rate: number) => {
          const allowed = [...clean, ...adversarial, -9].filter(
            (threshold) => clean.filter((score) => score > threshold).length <= rate * clean.length,
          );
          return Math.max(
            0,
            ...allowed.map((threshold) => adversarial.filter((score) => score > threshold).length / adversarial.length),
          );
        };
        assert.deepEqual([detectedAt1, detectedAt5], [best(0.01), best(0.05)]);
      }),
    );
  },

  'set the lowest threshold that rejects no more clean images than allowed'({ thresholdAt }) {
    fc.assert(
      fc.property(scores, fc.constantFrom(0, 0.05, 0.1, 0.3, 0.5), (clean, rate) => {
        const threshold = thresholdAt(clean, rate);
        const rejected = (limit: number) => clean.filter((score) => score > limit).length;
        assert.ok(rejected(threshold) <= rate * clean.length, `${rejected(threshold)} are rejected`);
        const lower = clean.filter((score) => score < threshold);
        for (const limit of [...lower, threshold - 0.5]) {
          assert.ok(rejected(limit) > rate * clean.length, `${limit} would do`);
        }
      }),
    );
  },

  'take a score that is no number for the highest'({ separate, thresholdAt }) {
    assert.equal(separate([1, 2], [Number.NaN, 3]).auroc, 1);
    assert.equal(thresholdAt([1, Number.NaN], 0), Number.POSITIVE_INFINITY);
  },
};
