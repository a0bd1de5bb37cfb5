import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../../src/attacks/catalog.ts';
import { bestFeature, bestPair } from '../../../../../src/attacks/gradient/jsma/saliency.ts';
import { completeParameters } from '../../../../../src/parameters/complete.ts';
import { itPasses } from '../../../../support/checks.ts';
import { chosenBy, everyFeature, everyPair, jsmaChecks, jsmaOnePixelChecks } from './jsmaChecks.ts';

const jsma = catalog.get('jsma') as AttackDefinition;

describe('JSMA', () => {
  itPasses(jsmaChecks, jsma);

  it('takes values to white and 14.5% of them by default, so 222 pairs of an image of 32 × 32 × 3', () => {
    const parameters = completeParameters(jsma, {}, 'paper', { norm: 'l0', epsilon: Infinity });
    assert.deepEqual(parameters, { theta: 1, gamma: 0.145 });
    const model = { classes: 10, input: { height: 32, width: 32, channels: 3 } } as const;
    assert.equal(jsma.cost(parameters, model), 1 + 222 + 1);
  });
});

describe('JSMA, one pixel', () => {
  itPasses(jsmaOnePixelChecks, catalog.get('jsma-one-pixel') as AttackDefinition);
});

const derivative = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.float({ min: -10, max: 10, noNaN: true }),
  fc.constantFrom(NaN, Infinity, -Infinity),
);
const features = fc.array(fc.tuple(derivative, derivative, fc.boolean()), { maxLength: 60 });
/** One rises where the other falls: no feature is plainly better than another. */
const opposed = fc.array(
  fc
    .tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -0.1, max: 0.1, noNaN: true }))
    .map(([own, noise]): [number, number, boolean] => [own, own + noise, true]),
  { maxLength: 60 },
);

describe('the best features of a saliency map', () => {
  for (const [name, choose, reference] of [
    ['pair', bestPair, everyPair],
    ['feature', bestFeature, everyFeature],
  ] as const) {
    it(`are the best ${name} there is, the first of equals`, () => {
      fc.assert(
        fc.property(fc.oneof(features, opposed), (list) => {
          const [own, others] = [list.map(([a]) => a), list.map(([, b]) => b)];
          const domain = [...list.keys()].filter((i) => list[i]?.[2]);
          const found = chosenBy(choose)(own, others, domain);
          assert.deepEqual(found, reference(own, others, domain));
        }),
        { numRuns: 3000 },
      );
    });
  }

  it('are found among 150,528 without a table of pairs', () => {
    const size = 224 * 224 * 3;
    const own = Array.from({ length: size }, (_, i) => Math.sin(i * 1.7));
    const others = Array.from({ length: size }, (_, i) => Math.sin(i * 1.7) + Math.cos(i * 0.3) / 10);
    for (const i of [70_000, 140_000]) [own[i], others[i]] = [2, -2];
    assert.deepEqual(chosenBy(bestPair)(own, others, [...own.keys()]), [70_000, 140_000]);
  });
});
