import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Pixels } from '../../data/image.ts';
import { placesOf } from '../../geometry/order.ts';
import { copyPixel } from '../../geometry/pixels.ts';
import type { AttackDefinition, Attempt } from '../attackDefinition.ts';
import { queriesParameter } from '../queries.ts';
import { partAt, randomSearch } from './randomSearch.ts';

interface Parameters {
  queries: number;
  part: number;
}

type SparseAttempt = Attempt<Parameters, 'l0'>;

/** A point, and which pixels it changes: the first ones of an order of all. */
interface Choice {
  readonly point: Pixels;
  readonly order: Uint32Array;
}

const paper = 'Croce et al. 2022, arXiv:2006.12834';

/** By what the first part of the pixels is divided, and up to which of 10,000 queries (appendix A). */
const schedule = [
  [0, 1],
  [50, 2],
  [200, 4],
  [500, 5],
  [1000, 6],
  [2000, 8],
  [4000, 10],
  [6000, 12],
  [8000, 15],
  [Infinity, 20],
] as const;

/**
 * Sparse-RS in l0: random search over sets of k pixels, each of whose values is black or white; a step puts some of them
 * back and changes others (Croce et al. 2022, arXiv:2006.12834, algorithm 2).
 */
export const sparseRs: AttackDefinition<Parameters, 'l0'> = {
  id: 'sparse-rs',
  title: 'Sparse-RS',
  kind: 'attack',
  description:
    'Random search by scores alone for a few pixels which, made black or white in each channel, fool the model.',
  source: paper,
  threatModel: 'score-based',
  norms: ['l0'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    queries: queriesParameter(1000, 10_000, { quick: 'a tenth of the paper’s', paper }),
    part: {
      description:
        'The part of the changed pixels that the first steps exchange (α). The paper takes 0.1 with a target.',
      schema: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
      quick: { value: 0.3, text: '0.3', source: paper },
    },
  },
  cost: ({ queries }) => queries,
  run(attempt) {
    const { goal, parameters } = attempt;
    const { queries, part } = parameters;
    return randomSearch({
      goal,
      queries,
      start: firstChoice(attempt),
      change: (best, asked) => exchanged(attempt, best, partAt(schedule, part, asked, queries)),
    });
  },
};

/** How many pixels may change. */
function countOf({ budget, shape }: SparseAttempt): number {
  return Math.min(Math.floor(budget.epsilon), shape.height * shape.width);
}

function firstChoice(attempt: SparseAttempt): Choice {
  const { image, shape, random } = attempt;
  const order = placesOf(shape.height * shape.width);
  const point = image.slice();
  const count = countOf(attempt);
  shuffle(order, 0, count, random);
  for (const pixel of order.subarray(0, count)) paint(point, pixel, attempt);
  return { point, order };
}

/** Puts a part of the changed pixels back, and changes as many others. */
function exchanged(attempt: SparseAttempt, { point, order }: Choice, part: number): Choice {
  const { image, shape, random } = attempt;
  const count = countOf(attempt);
  const changed = { point: point.slice(), order: order.slice() };
  const many = Math.max(Math.floor(part * count), 1);
  shuffle(changed.order.subarray(0, count), 0, many, random);
  // Where all pixels are changed, there are no others to exchange them for.
  const others = Math.min(many, order.length - count);
  shuffle(changed.order, count, count + others, random);
  for (let i = 0; i < others; i++) {
    copyPixel(changed.point, image, changed.order[i] as number, shape.channels);
    swap(changed.order, i, count + i);
  }
  for (const pixel of changed.order.subarray(0, many)) paint(changed.point, pixel, attempt);
  return changed;
}

/** Makes each value of a pixel black or white. Writes to the point. */
function paint(point: Pixels, pixel: number, { shape: { channels }, random }: SparseAttempt): void {
  for (let i = pixel * channels; i < (pixel + 1) * channels; i++) point[i] = uniformInt(random, 0, 1);
}

/** Puts random places from `start` on into the places up to `end` (Fisher & Yates). Writes to the order. */
function shuffle(order: Uint32Array, start: number, end: number, random: RandomGenerator): void {
  for (let i = start; i < end; i++) swap(order, i, uniformInt(random, i, order.length - 1));
}

function swap(order: Uint32Array, i: number, j: number): void {
  const kept = order[i] as number;
  order[i] = order[j] as number;
  order[j] = kept;
}
