import assert from 'node:assert/strict';
import { exactMcNemar } from '../../../src/corpus/mcnemar.ts';
import { assertCloseTo } from '../../support/closeTo.ts';

describe('the exact test of McNemar', () => {
  const known: readonly (readonly [losses: number, gains: number, p: number])[] = [
    [0, 0, 1],
    [1, 0, 1],
    [5, 0, 2 / 32],
    [6, 0, 2 / 64],
    [10, 2, (2 * (1 + 12 + 66)) / 4096],
    [3, 4, 1],
  ];
  for (const [losses, gains, p] of known) {
    it(`of ${losses} losses and ${gains} gains`, () => {
      assertCloseTo([exactMcNemar(losses, gains)], [p], 1e-12);
      assertCloseTo([exactMcNemar(gains, losses)], [p], 1e-12);
    });
  }

  it('does not run out of numbers', () => {
    // The normal approximation with continuity correction: z = (200 − 1) / √4200 = 3.07.
    assertCloseTo([exactMcNemar(2200, 2000)], [0.00213], 3e-5);
    assert.ok(exactMcNemar(5000, 0) < 1e-300, 'nothing but losses is no chance');
  });
});
