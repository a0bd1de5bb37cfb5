import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Checks } from '../../support/checks.ts';

type AdamClass = typeof import('../../../src/geometry/adam.ts').Adam;

/** The last step that Adam takes of one variable, by the sums that algorithm 1 comes to when it is unrolled. */
export function unrolledStep(gradients: readonly number[], learningRate: number): number {
  const t = gradients.length;
  let [mean, square] = [0, 0];
  gradients.forEach((g, i) => {
    mean += ((1 - 0.9) * 0.9 ** (t - 1 - i) * g) / (1 - 0.9 ** t);
    square += ((1 - 0.999) * 0.999 ** (t - 1 - i) * g * g) / (1 - 0.999 ** t);
  });
  return (-learningRate * mean) / (Math.sqrt(square) + 1e-8);
}

/** What is known of Adam. */
export const adamChecks: Checks<AdamClass> = {
  // m̂ = 2, v̂ = 4; then m = 0.08 and m̂ = 0.08/0.19, v = 0.004996 and v̂ = 0.004996/0.001999; ε is lost beside them.
  'takes two steps as worked out by hand': (Adam) => {
    const adam = new Adam(1);
    const variables = Float64Array.of(1);
    adam.step(variables, Float64Array.of(2), 0.1);
    assert.ok(Math.abs((variables[0] as number) - 0.9) < 1e-8, 'Math.abs((variables[0] as number) - 0.9) < 1e-8');
    adam.step(variables, Float64Array.of(-1), 0.1);
    const second = (0.1 * (0.08 / 0.19)) / Math.sqrt(0.004996 / 0.001999);
    assert.ok(
      Math.abs((variables[0] as number) - (0.9 - second)) < 1e-8,
      'Math.abs((variables[0] as number) - (0.9 - second)) < 1e-8',
    );
  },

  'is algorithm 1, unrolled, for every variable on its own': (Adam) => {
    const gradient = fc.constantFrom(0, 1e-9, -1e-8, 1e-4, -0.5, 1, -3, 1e4);
    return fc.assert(
      fc.property(
        fc.array(fc.tuple(gradient, gradient), { minLength: 1, maxLength: 40 }),
        fc.constantFrom(0.01, 0.3),
        (gradients, learningRate) => {
          const adam = new Adam(2);
          const variables = Float64Array.of(5, -5);
          for (const pair of gradients) adam.step(variables, Float64Array.from(pair), learningRate);
          for (const [i, start] of [5, -5].entries()) {
            const way = gradients.map((pair) => pair[i] as number);
            const end = way.reduce((at, _, t) => at + unrolledStep(way.slice(0, t + 1), learningRate), start);
            assert.ok(
              Math.abs((variables[i] as number) - end) < 1e-9,
              'Math.abs((variables[i] as number) - end) < 1e-9',
            );
          }
        },
      ),
    );
  },

  'steps by the learning rate at first, whatever the size of the gradient': (Adam) => {
    for (const g of [1e-4, 1, 1e6]) {
      const variables = Float64Array.of(0);
      new Adam(1).step(variables, Float64Array.of(g), 0.25);
      assert.ok(Math.abs((variables[0] as number) + 0.25) < 1e-4, 'Math.abs((variables[0] as number) + 0.25) < 1e-4');
    }
  },
};
