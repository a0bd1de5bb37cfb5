import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createGoal } from '../../../src/attacks/goal.ts';
import type { squareSearch } from '../../../src/audit/squareSearch.ts';
import { type ConvexNorm, lengthOf } from '../../../src/geometry/norms.ts';
import { subtract } from '../../../src/geometry/vector.ts';
import type { Checks } from '../../support/checks.ts';
import { assertCloseTo } from '../../support/closeTo.ts';
import { conversation, pointsOf } from '../../support/conversation.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';

const shape = { height: 6, width: 5, channels: 3 } as const;
const size = 90;
const gray = new Float32Array(size).fill(0.5);
/** Each value pulls its own way, a few of them more than others, and all of them far from enough. */
const weights = Array.from({ length: size }, (_, i) => Math.sin(3 * i) ** 5);
const pulled = linearClassifier([Array(size).fill(0), weights], [1e3, 0], shape);

async function talk(search: ReturnType<typeof squareSearch>, norm: ConvexNorm, epsilon: number, seed = 1) {
  const exchanges = await conversation(search, {
    classifier: pulled,
    image: gray,
    goal: createGoal(0),
    budget: { norm, epsilon },
    seed,
  });
  const points = pointsOf(exchanges, 'logits');
  const scores = exchanges.map(({ answers }) => answers[0]?.logits?.[1] as number);
  return { exchanges, points, scores };
}

export const squareSearchChecks: Checks<typeof squareSearch> = {
  'asks about as many points as it is given, one after the other': async (search) => {
    const { exchanges, points } = await talk(search(37), 'linf', 0.1);
    assert.equal(exchanges.length, 37);
    assert.equal(points.length, 37);
  },
  'every point is at the end of the budget': async (search) => {
    const norms = fc.constantFrom<ConvexNorm>('linf', 'l2', 'l1');
    await fc.assert(
      fc.asyncProperty(norms, fc.integer({ min: 1, max: 1000 }), async (norm, seed) => {
        const epsilon = { linf: 0.2, l2: 0.8, l1: 2 }[norm];
        for (const point of (await talk(search(60), norm, epsilon, seed)).points)
          assertCloseTo([lengthOf(subtract(point, gray), norm)], [epsilon], 1e-4);
      }),
      { numRuns: 12, seed: 1 },
    );
  },
  'in linf all values are at its end': async (search) => {
    for (const point of (await talk(search(60), 'linf', 0.125)).points)
      assert.ok(point.every((value) => Math.abs(value - 0.5) === 0.125));
  },
  'starts with stripes': async (search) => {
    const { points } = await talk(search(1), 'linf', 0.125);
    const [point = gray] = points;
    for (let i = 15; i < size; i++) assert.equal(point[i], point[i - 15], `value ${i}`);
    assert.ok(new Set(point.subarray(0, 15)).size === 2, 'of both signs');
  },
  'a point differs from the best before it in a square, whose sides shrink': async (search) => {
    const { points, scores } = await talk(search(200), 'linf', 0.125);
    const sides: number[] = [];
    let best = 0;
    for (let i = 1; i < points.length; i++) {
      const [from, to] = [points[best] as Float32Array, points[i] as Float32Array];
      const changed = Array.from(to.keys()).filter((k) => to[k] !== from[k]);
      const [ys, xs] = [changed.map((k) => Math.floor(k / 15)), changed.map((k) => Math.floor(k / 3) % 5)];
      const side = Math.max(...ys.map((y) => y - Math.min(...ys)), ...xs.map((x) => x - Math.min(...xs)), 0) + 1;
      sides.push(side);
      if ((scores[i] as number) >= (scores[best] as number)) best = i;
    }
    assert.ok(Math.max(...sides.slice(0, 20)) >= 3, `${sides.slice(0, 20)}`);
    assert.equal(Math.max(...sides.slice(-20)), 1);
  },
  'gets on: most of what the sign of the weights would do, and more in l2 and l1 than equal changes do': async (
    search,
  ) => {
    const gain = async (norm: ConvexNorm, epsilon: number) =>
      Math.max(...(await talk(search(400), norm, epsilon)).scores);
    const start = weights.reduce((sum, w) => sum + w / 2, 0);
    const sum = weights.reduce((total, w) => total + Math.abs(w), 0);
    const equal = (norm: 'l2' | 'l1', epsilon: number) => (epsilon / (norm === 'l2' ? Math.sqrt(size) : size)) * sum;
    const linf = (await gain('linf', 0.1)) - start;
    assert.ok(linf > 0.7 * 0.1 * sum, `${linf} of ${0.1 * sum}`);
    assert.ok((await gain('l2', 0.5)) - start > equal('l2', 0.5), 'in l2');
    assert.ok((await gain('l1', 2)) - start > 1.3 * equal('l1', 2), 'in l1');
  },
  'goes on where scores stay the same': async (search) => {
    const flat = linearClassifier([Array(size).fill(0), Array(size).fill(0)], [1, 0], shape);
    const budget = { norm: 'linf', epsilon: 0.125 } as const;
    const exchanges = await conversation(search(60), { classifier: flat, image: gray, goal: createGoal(0), budget });
    const points = pointsOf(exchanges, 'logits');
    const [first = gray, last = gray] = [points[0], points.at(-1)];
    assert.ok(Array.from(last).filter((value, i) => value !== first[i]).length > size / 4, 'it stays where it began');
  },
};
