import type { Pixels } from '../../data/image.ts';
import { lengthOf } from '../../geometry/norms.ts';
import { normalVector } from '../../geometry/randomVector.ts';
import { clip } from '../../geometry/range.ts';
import { addScaled, between, dot, scaled, subtract } from '../../geometry/vector.ts';
import type { AttackDefinition, Attempt } from '../attackDefinition.ts';
import { type Dialogue, upTo } from '../dialogue.ts';
import { queriesParameter } from '../queries.ts';
import { boundarySearch, reaches } from './boundarySearch.ts';
import { startingPoint } from './startingPoint.ts';

interface Parameters {
  queries: number;
  aroundStep: number;
  towardStep: number;
}

type BoundaryAttempt = Attempt<Parameters, 'l2'>;

const paper = 'Brendel, Rauber & Bethge 2018, arXiv:1712.04248';
const program = 'the authors’ program, in Foolbox';

/** What step sizes are multiplied or divided by. */
const adaptation = 1.5;
/** Steps after which it is looked how often they succeed. */
const every = 10;
/** A step toward the image below this part of the way is none: the attack is at its end. */
const leastStep = 1e-7;
/** How exactly the start is brought to the boundary. */
const startWidth = 0.001;

/**
 * Boundary attack: a random walk on the side of the boundary where the goal is reached, each step around the image and then
 * toward it. Steps become longer or shorter as they succeed often or seldom, so that about half of those around the image
 * do (Brendel, Rauber & Bethge 2018, arXiv:1712.04248, algorithm 1 and section 2.3).
 */
export const boundary: AttackDefinition<Parameters, 'l2'> = {
  id: 'boundary',
  title: 'Boundary',
  kind: 'attack',
  description: 'By predictions alone: a random walk along the decision boundary toward the image.',
  source: paper,
  threatModel: 'decision-based',
  norms: ['l2'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: false,
  parameters: {
    queries: queriesParameter(5000, 25_000, { quick: 'a fifth of the steps of the authors’ program', paper: program }),
    aroundStep: {
      description: 'Length of the first steps around the image, relative to the distance from it (δ).',
      schema: { type: 'number', exclusiveMinimum: 0 },
      quick: { value: 0.01, text: '0.01', source: program },
    },
    towardStep: {
      description: 'Length of the first steps toward the image, relative to the distance from it (ε).',
      schema: { type: 'number', exclusiveMinimum: 0 },
      quick: { value: 0.01, text: '0.01', source: program },
    },
  },
  cost: ({ queries }) => queries,
  run: (attempt) => upTo(attempt.parameters.queries, () => walk(attempt)),
};

function* walk(attempt: BoundaryAttempt): Dialogue {
  const { image, goal, parameters } = attempt;
  const start = yield* startingPoint(attempt);
  if (start === undefined) return;
  const pointAt = (part: number) => between(image, start, part);
  let x = pointAt(yield* boundarySearch(goal, pointAt, { short: 0, reached: 1, width: startWidth }));
  let { aroundStep, towardStep } = parameters;
  const around = new Rate(100);
  const both = new Rate(30);
  for (let step = 1; towardStep >= leastStep; step++) {
    const { onSphere, nearer } = propose(attempt, x, aroundStep, towardStep);
    const isReached = yield* reaches(goal, nearer);
    if (step % every === 0) {
      around.add(yield* reaches(goal, onSphere));
      both.add(isReached);
    }
    if (isReached && distance(image, nearer) < distance(image, x)) x = nearer;
    // Where the boundary looks flat, steps can be longer; where it looks curved, they must be shorter.
    const flatness = around.verdict(0.5, 0.2);
    aroundStep *= adaptation ** flatness;
    towardStep *= adaptation ** (flatness + both.verdict(0.25, 0.1));
  }
}

/** A random point at the same distance from the image, and the same nearer to it (section 2.2). */
function propose({ image, random }: BoundaryAttempt, x: Pixels, aroundStep: number, towardStep: number) {
  const back = subtract(image, x);
  const length = lengthOf(back, 'l2');
  const toward = scaled(back, 1 / (length || 1));
  const drawn = normalVector(image.length, random);
  const across = addScaled(drawn, toward, -dot(drawn, toward));
  const moved = addScaled(scaled(across, (aroundStep * length) / (lengthOf(across, 'l2') || 1)), back, -1);
  const onSphere = clip(addScaled(image, moved, 1 / Math.sqrt(1 + aroundStep ** 2)));
  const left = distance(image, onSphere);
  // Makes up for what clipping has brought it nearer already.
  const way = Math.max(towardStep * length + left - length, 0);
  return { onSphere, nearer: clip(between(onSphere, image, way / (left || 1))) };
}

function distance(image: Pixels, point: Pixels): number {
  return lengthOf(subtract(point, image), 'l2');
}

/** How often the last steps succeeded, from the time on when there are enough of them. */
class Rate {
  readonly #size: number;
  readonly #last: boolean[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  add(success: boolean): void {
    this.#last.push(success);
    if (this.#last.length > this.#size) this.#last.shift();
  }

  /** 1 where they succeed more often than `most`, −1 where less often than `least`; it then counts from anew. */
  verdict(most: number, least: number): number {
    if (this.#last.length < this.#size) return 0;
    const rate = this.#last.filter(Boolean).length / this.#size;
    const verdict = Number(rate > most) - Number(rate < least);
    if (verdict !== 0) this.#last.length = 0;
    return verdict;
  }
}
