import type { Pixels } from '../../../data/image.ts';
import type { AttackDefinition } from '../../attackDefinition.ts';
import { queriesParameter } from '../../queries.ts';
import { partAt, randomSearch } from '../randomSearch.ts';
import { moveBump, tiledBumps } from './bumps.ts';
import { endsOf, stripes, withSquare } from './corners.ts';
import type { SquareAttempt, SquareParameters } from './parameters.ts';

const paper = 'Andriushchenko et al. 2020, arXiv:1912.00049';
const autoAttack = 'AutoAttack’s standard version (Croce & Hein 2020, arXiv:2003.01690)';

/** By what the part of the first square is divided, and up to which of 10,000 queries (section 4.1). */
const schedule = [
  [10, 1],
  [50, 2],
  [200, 4],
  [500, 8],
  [1000, 16],
  [2000, 32],
  [4000, 64],
  [6000, 128],
  [8000, 256],
  [Infinity, 512],
] as const;

/**
 * Square Attack: random search that changes one square of the image at a time, ever smaller ones, and keeps what helps
 * (Andriushchenko et al. 2020, arXiv:1912.00049, algorithm 1). In linf every value is at the end of the budget
 * (algorithm 2); in l2 a window takes over the budget of another (algorithm 3), and so in l1, with the exact projection
 * (Croce & Hein 2021, arXiv:2103.01208, section 5).
 */
export const square: AttackDefinition<SquareParameters, 'linf' | 'l2' | 'l1'> = {
  id: 'square',
  title: 'Square',
  kind: 'attack',
  description: 'Random search by scores alone: changes square after square of the image, and keeps what helps.',
  source: `${paper}; in l1 Croce & Hein 2021, arXiv:2103.01208`,
  threatModel: 'score-based',
  norms: ['linf', 'l2', 'l1'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    queries: queriesParameter(1000, 10_000, { quick: 'a tenth of the paper’s', paper }),
    part: {
      description: 'The part of the image that the first squares cover (p).',
      schema: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
      quick: { value: 0.8, text: '0.8', source: autoAttack },
    },
    schedule: {
      description:
        'When squares become smaller: spread over the queries that there are (`stretched`), or after as many as it takes where there are 10,000 (`fixed`).',
      schema: { type: 'string', enum: ['stretched', 'fixed'] },
      quick: { value: 'stretched', text: 'stretched', source: `${paper}, section 4.1` },
    },
  },
  cost: ({ queries }) => queries,
  run(attempt) {
    const { goal, parameters, shape } = attempt;
    const { queries, part, schedule: when } = parameters;
    const sideAt = (asked: number) => {
      const covered = partAt(schedule, part, asked - 1, when === 'fixed' ? 10_000 : queries);
      return Math.round(Math.sqrt(covered * shape.height * shape.width));
    };
    const [start, change] = movesOf(attempt);
    return randomSearch({
      goal,
      queries,
      start: { point: start },
      change: ({ point }, asked, rejected) => ({ point: change(point, sideAt(asked), rejected?.point) }),
    });
  },
};

/** Where the search starts, and what it tries in place of a point, in a window of so many values along each side. */
type Moves = readonly [start: Pixels, change: (point: Pixels, length: number, rejected?: Pixels) => Pixels];

function movesOf(attempt: SquareAttempt): Moves {
  if (attempt.budget.norm !== 'linf') {
    return [tiledBumps(attempt), (point, length) => moveBump(attempt, point, length)];
  }
  const ends = endsOf(attempt);
  return [stripes(attempt, ends), (...change) => withSquare(attempt, ends, ...change)];
}
