import assert from 'node:assert/strict';
import { createGoal } from '../../../src/attacks/goal.ts';
import type { raySearch } from '../../../src/audit/raySearch.ts';
import type { Checks } from '../../support/checks.ts';
import { conversation, pointsOf } from '../../support/conversation.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';

const shape = { height: 4, width: 4, channels: 1 } as const;
const gray = new Float32Array(16).fill(0.5);
/** Class 1 where the values of the upper half less those of the lower half are above this. */
const halves = (bound: number) =>
  linearClassifier([Array(16).fill(0), Array.from({ length: 16 }, (_, i) => (i < 8 ? 1 : -1))], [bound, 0], shape);
const budget = { norm: 'linf', epsilon: 0.1 } as const;

async function talk(search: ReturnType<typeof raySearch>, bound: number, seed = 1) {
  const exchanges = await conversation(search, {
    classifier: halves(bound),
    image: gray,
    goal: createGoal(0),
    budget,
    seed,
  });
  const points = pointsOf(exchanges, 'decision');
  const lengths = points.map((point) => Math.max(...point.map((value) => Math.abs(value - 0.5))));
  const reached = points.map((_, i) => exchanges[i]?.answers[0]?.decision === 1);
  return { exchanges, points, lengths, reached };
}

export const raySearchChecks: Checks<typeof raySearch> = {
  'asks for predictions alone, and about no more points than it is given': async (search) => {
    for (const points of [1, 17, 100]) {
      const { exchanges } = await talk(search(points), 0.8);
      assert.equal(exchanges.length, points);
      assert.ok(
        exchanges.every(({ query }) => query.kind === 'decision'),
        'predictions',
      );
    }
  },
  'all values change alike, within the range of pixels': async (search) => {
    for (const point of (await talk(search(80), 0.8)).points) {
      const [first = 0] = point;
      assert.ok(
        point.every((value) => value >= 0 && value <= 1),
        'range',
      );
      assert.ok(
        point.every((value) => Math.abs(Math.abs(value - 0.5) - Math.abs(first - 0.5)) < 1e-6),
        'alike',
      );
    }
  },
  'comes to the nearest point of all': async (search) => {
    // All sixteen values have to move by a twentieth; any ray but one has to go farther.
    for (const seed of [1, 2, 3]) {
      const { lengths, reached } = await talk(search(200), 0.8, seed);
      const nearest = Math.min(...lengths.filter((_, i) => reached[i]));
      assert.ok(nearest < 0.0525, `${nearest}`);
    }
  },
  'asks no farther than it has come': async (search) => {
    const { lengths, reached } = await talk(search(150), 0.8);
    let nearest = Infinity;
    for (const [i, length] of lengths.entries()) {
      assert.ok(length <= nearest + 1e-6, `${length} after ${nearest}`);
      if (reached[i]) nearest = Math.min(nearest, length);
    }
  },
  'goes on where there is nothing to be found': async (search) => {
    const { points, reached } = await talk(search(60), 1e3);
    assert.ok(!reached.includes(true), 'nothing');
    assert.ok(new Set(points.map(String)).size > 20, 'it asks about the same points');
  },
};
