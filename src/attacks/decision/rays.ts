import type { Pixels } from '../../data/image.ts';
import { clip } from '../../geometry/range.ts';
import { addScaled } from '../../geometry/vector.ts';
import type { AttackDefinition, Attempt } from '../attackDefinition.ts';
import { type Dialogue, upTo } from '../dialogue.ts';
import { queriesParameter } from '../queries.ts';
import { boundarySearch, reaches } from './boundarySearch.ts';

interface Parameters {
  queries: number;
}

type RaysAttempt = Attempt<Parameters, 'linf'>;

const paper = 'Chen & Gu 2020, arXiv:2006.12792';

/** How exactly the boundary is found, in l2 (the authors' program). */
const tolerance = 0.001;

/**
 * RayS: the boundary is looked for along rays of signs. The signs of one block of the image after the other are turned, of
 * half as many values after each round, and a ray is followed only if the goal is reached on it at the distance so far
 * (Chen & Gu 2020, arXiv:2006.12792, algorithm 3).
 */
export const rays: AttackDefinition<Parameters, 'linf'> = {
  id: 'rays',
  title: 'RayS',
  kind: 'attack',
  description:
    'By predictions alone: turns the signs of a change, block by block, and keeps those that reach another class sooner.',
  source: paper,
  threatModel: 'decision-based',
  norms: ['linf'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: false,
  parameters: {
    queries: queriesParameter(1000, 10_000, { quick: 'a tenth of the paper’s', paper: `${paper}, section 4.1` }),
  },
  cost: ({ queries }) => queries,
  run: (attempt) => upTo(attempt.parameters.queries, () => search(attempt)),
};

function* search({ image, shape, goal }: RaysAttempt): Dialogue {
  const size = image.length;
  const area = shape.height * shape.width;
  // Blocks go through one channel after the other.
  const placeOf = (i: number) => (i % area) * shape.channels + Math.floor(i / area);
  const pointOn =
    (signs: Float64Array) =>
    (distance: number): Pixels =>
      clip(addScaled(image, signs, distance));
  let signs = new Float64Array(size).fill(1);
  // No value changes by more than the range.
  let nearest = 1;
  for (let blocks = 1; ; blocks = Math.min(2 * blocks, 2 ** 30)) {
    const length = Math.ceil(size / blocks);
    for (let start = 0; start < size; start += length) {
      const turned = signs.slice();
      for (let i = start; i < Math.min(start + length, size); i++) {
        turned[placeOf(i)] = -(turned[placeOf(i)] as number);
      }
      const pointAt = pointOn(turned);
      if (!(yield* reaches(goal, pointAt(nearest)))) continue;
      signs = turned;
      const width = tolerance / Math.sqrt(size);
      nearest = yield* boundarySearch(goal, pointAt, { short: 0, reached: nearest, width });
    }
  }
}
