import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { equalErrorRate } from '../../../src/evaluation/equalErrorRate.ts';
import type { Checks } from '../../support/checks.ts';

function pairs(genuine: readonly number[], impostors: readonly number[]) {
  return [
    ...genuine.map((similarity) => ({ similarity, genuine: true })),
    ...impostors.map((similarity) => ({ similarity, genuine: false })),
  ];
}

const similarity = fc.integer({ min: -8, max: 8 }).map((n) => n / 8);
const some = fc.array(similarity, { minLength: 1, maxLength: 12 });

/** What must hold of the equal error rate of pairs. */
export const equalErrorRateChecks: Checks<typeof equalErrorRate> = {
  'it is zero, halfway between both kinds, where these are apart'(rateOf) {
    const { rate, threshold } = rateOf(pairs([0.8, 0.9], [0.1, 0.2])) ?? {};
    assert.equal(rate, 0);
    assert.ok(Math.abs((threshold ?? 0) - 0.5) < 1e-12, `${threshold} is not halfway`);
  },
  'it is one in four where one of four is wrong on either side'(rateOf) {
    const { rate, threshold = 0 } = rateOf(pairs([0.3, 0.7, 0.8, 0.9], [0.1, 0.2, 0.4, 0.75])) ?? {};
    assert.equal(rate, 0.25);
    assert.ok(threshold > 0.4 && threshold <= 0.7, `${threshold} is not between 0.4 and 0.7`);
  },
  'it is a half where both kinds are the same'(rateOf) {
    assert.equal(rateOf(pairs([0.5], [0.5]))?.rate, 0.5);
  },
  'it does not depend on how many pairs there are of a kind'(rateOf) {
    assert.equal(rateOf(pairs([0.3, 0.7], [0.1, 0.1, 0.1, 0.5, 0.5, 0.5]))?.rate, 0.5);
  },
  'there is none without pairs of both kinds'(rateOf) {
    assert.equal(rateOf(pairs([0.5], [])), undefined);
    assert.equal(rateOf(pairs([], [0.5])), undefined);
  },
  'no threshold has rates that differ less'(rateOf) {
    fc.assert(
      fc.property(some, some, (genuine, impostors) => {
        const share = (list: readonly number[], keep: (value: number) => boolean) =>
          list.filter(keep).length / list.length;
        const at = (threshold: number) => [
          share(genuine, (value) => value < threshold),
          share(impostors, (value) => value >= threshold),
        ];
        const { rate = NaN, threshold = NaN } = rateOf(pairs(genuine, impostors)) ?? {};
        const [rejects = NaN, accepts = NaN] = at(threshold);
        assert.ok(Math.abs(rate - (rejects + accepts) / 2) < 1e-12, `${rate} is not the mean at ${threshold}`);
        for (const other of [...genuine, ...impostors]) {
          const [a = NaN, b = NaN] = at(other);
          assert.ok(Math.abs(rejects - accepts) <= Math.abs(a - b) + 1e-12, `${other} is better than ${threshold}`);
        }
      }),
    );
  },
};
