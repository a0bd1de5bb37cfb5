import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { logits } from '../attacks/dialogue.ts';
import { lead } from '../attacks/goal.ts';
import type { ImageShape } from '../data/image.ts';
import { type ConvexNorm, lengthOf } from '../geometry/norms.ts';
import { signVector } from '../geometry/randomVector.ts';
import { addScaled } from '../geometry/vector.ts';
import { probe } from './probe.ts';

/** The part of the pixels that the first square covers, and the last one. */
const [firstPart, lastPart] = [0.4, 0.01];

/**
 * A random search in the spirit of the Square Attack (Andriushchenko et al. 2020, arXiv:1912.00049): from vertical stripes
 * on, a square at a time gets new signs, and what brings the goal no nearer is undone. In linf every value is at the end of
 * the budget. In l2 and l1 the signs are added up, so that what helps twice gets more of the budget.
 * It looks at scores alone, so no masked gradient stops it.
 * @param points for each image.
 */
export function squareSearch(points: number): AttackDefinition {
  return probe({
    id: 'square-search',
    title: 'Square search',
    source: 'Andriushchenko et al. 2020, arXiv:1912.00049',
    threatModel: 'score-based',
    *run({ image, shape, goal, budget, project, random }) {
      const norm = budget.norm as ConvexNorm;
      const at = (pattern: Float64Array) =>
        project(addScaled(image, pattern, budget.epsilon / lengthOf(pattern, norm)));
      let pattern = stripes(shape, random);
      let best = lead(goal, yield* logits(at(pattern)));
      for (let asked = 1; asked < points; asked++) {
        const part = firstPart * (lastPart / firstPart) ** (asked / points);
        const changed = withSquare(pattern, part, { shape, random, adds: norm !== 'linf' });
        const reached = lead(goal, yield* logits(at(changed)));
        // Scores that stay the same must not stop the search.
        if (reached < best) continue;
        pattern = changed;
        best = reached;
      }
    },
  });
}

/** One sign for each column and channel. */
export function stripes({ height, width, channels }: ImageShape, random: RandomGenerator): Float64Array {
  const row = signVector(width * channels, random);
  return Float64Array.from({ length: height * row.length }, (_, i) => row[i % row.length] as number);
}

/** @param adds to what is there, where twice as much keeps sums odd, and thus from zero; or puts signs in its place. */
function withSquare(
  pattern: Float64Array,
  part: number,
  { shape, random, adds }: { readonly shape: ImageShape; readonly random: RandomGenerator; readonly adds: boolean },
): Float64Array {
  const { height, width, channels } = shape;
  const side = Math.max(1, Math.round(Math.sqrt(part * height * width)));
  const top = uniformInt(random, 0, Math.max(0, height - side));
  const left = uniformInt(random, 0, Math.max(0, width - side));
  const signs = signVector(channels, random);
  const changed = pattern.slice();
  for (let y = top; y < Math.min(height, top + side); y++) {
    for (let x = left; x < Math.min(width, left + side); x++) {
      for (const [channel, sign] of signs.entries()) {
        const i = (y * width + x) * channels + channel;
        changed[i] = adds ? (changed[i] as number) + 2 * sign : sign;
      }
    }
  }
  return changed;
}
