import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { type Asking, decision } from '../attacks/dialogue.ts';
import { isReachedBy } from '../attacks/goal.ts';
import { clip } from '../geometry/range.ts';
import { addScaled } from '../geometry/vector.ts';
import { probe } from './probe.ts';
import { stripes } from './squareSearch.ts';

/** How many times an interval is halved: to less than a gray level of the whole range. */
const halvings = 9;

/**
 * A search by predictions alone (RayS: Chen & Gu 2020, arXiv:2006.12792, algorithm 3): along rays of signs it looks for the
 * nearest point with another prediction. Signs are turned in ever smaller blocks, and a ray is followed only if the
 * prediction is another at the distance reached so far. All values of a ray are alike, in every norm.
 * @param points for each image, at most.
 */
export function raySearch(points: number): AttackDefinition {
  return probe({
    id: 'ray-search',
    title: 'Ray search',
    source: 'Chen & Gu 2020, arXiv:2006.12792',
    threatModel: 'decision-based',
    *run({ image, shape, goal, random }) {
      let left = points;
      const reaches = function* (ray: Float64Array, length: number): Asking<boolean> {
        left--;
        return isReachedBy(goal, yield* decision(clip(addScaled(image, ray, length))));
      };
      let ray = stripes(shape, random);
      // No value changes by more than the range.
      let nearest = 1;
      for (let blocks = 1; ; blocks = blocks < image.length ? 2 * blocks : 1) {
        for (let block = 0; block < blocks; block++) {
          if (left <= 0) return;
          const turned = withTurned(ray, block, blocks);
          if (!(yield* reaches(turned, nearest))) continue;
          ray = turned;
          let tooNear = 0;
          for (let halving = 0; halving < halvings && left > 0; halving++) {
            const middle = (tooNear + nearest) / 2;
            if (yield* reaches(ray, middle)) nearest = middle;
            else tooNear = middle;
          }
        }
      }
    },
  });
}

/** The ray with the signs of one of so many blocks turned. */
function withTurned(ray: Float64Array, block: number, blocks: number): Float64Array {
  const edge = (at: number) => Math.round((at * ray.length) / blocks);
  return ray.map((sign, i) => (i >= edge(block) && i < edge(block + 1) ? -sign : sign));
}
