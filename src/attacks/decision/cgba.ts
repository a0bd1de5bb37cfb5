import type { Pixels } from '../../data/image.ts';
import { fromFrequencies } from '../../geometry/cosineTransform.ts';
import { lengthOf } from '../../geometry/norms.ts';
import { normalVector } from '../../geometry/randomVector.ts';
import { clip } from '../../geometry/range.ts';
import { addScaled, between, dot, scaled, subtract } from '../../geometry/vector.ts';
import type { AttackDefinition, Attempt } from '../attackDefinition.ts';
import { type Asking, type Dialogue, upTo } from '../dialogue.ts';
import { lowFrequencies } from '../lowFrequencies.ts';
import { queriesParameter } from '../queries.ts';
import { boundarySearch, reaches } from './boundarySearch.ts';
import { normalEstimate } from './normalEstimate.ts';
import { startingPoint } from './startingPoint.ts';

interface Parameters {
  queries: number;
  firstProbes: number;
  frequencies: number;
}

type CgbaAttempt = Attempt<Parameters, 'l2'>;

const paper = 'Reza et al. 2023, arXiv:2308.03163';

/** Deviation of each value of a probe (σ), and how exactly the boundary is found in l2 (the authors' program). */
const [deviation, tolerance] = [0.0002, 0.0001];
/** Angles that are tried before the boundary is given up. */
const mostAngles = 50;

/**
 * Curvature-aware geometric black-box attack: the boundary is looked for along a semicircle from the last boundary point to
 * the image, in the plane of the two and of the boundary's estimated normal, all of whose points are nearer to the image
 * (Reza et al. 2023, arXiv:2308.03163, algorithm 1). With a target, where boundaries are curved, along a line to the image
 * from the semicircle (CGBA-H, algorithm 3).
 */
export const cgba: AttackDefinition<Parameters, 'l2'> = {
  id: 'cgba',
  title: 'CGBA',
  kind: 'attack',
  description: 'By predictions alone: follows semicircles through the decision boundary, which lead to the image.',
  source: paper,
  threatModel: 'decision-based',
  norms: ['l2'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: false,
  parameters: {
    queries: queriesParameter(1000, 20_000, { quick: 'a twentieth of the paper’s', paper }),
    firstProbes: {
      description: 'Number of probes for the first estimate of the normal (N₀); for the tᵗʰ it is √t times that.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 30, text: '30', source: 'the authors’ program' },
    },
    frequencies: {
      description:
        'The part of the frequencies of the discrete cosine transform along each side, the lowest ones, that probes are made of.',
      schema: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
      quick: { value: 1, text: '1, which is all', source: 'right for small images' },
      paper: { value: 0.25, text: '0.25', source: 'the authors’ program' },
    },
  },
  cost: ({ queries }) => queries,
  run: (attempt) => upTo(attempt.parameters.queries, (left) => walk(attempt, left)),
};

function* walk(attempt: CgbaAttempt, left: () => number): Dialogue {
  const { image, shape, goal, parameters, random } = attempt;
  const { firstProbes, frequencies } = parameters;
  const start = yield* startingPoint(attempt);
  if (start === undefined) return;
  const low = lowFrequencies(shape, frequencies);
  const direction = (size: number) =>
    frequencies === 1
      ? normalVector(size, random)
      : fromFrequencies(normalVector(low.height * low.width * shape.channels, random), low, shape);
  let x = yield* alongLine(attempt, start);
  for (let t = 1; ; t++) {
    // What the search along the semicircle asks: the last estimate leaves room for it.
    const search = Math.ceil(Math.log2(lengthOf(subtract(x, image), 'l2') / tolerance)) + 2;
    const normal = yield* normalEstimate(x, {
      goal,
      random,
      count: Math.max(Math.min(Math.floor(firstProbes * Math.sqrt(t)), left() - search), 1),
      radius: deviation * Math.sqrt(image.length),
      direction,
    });
    const circle = semicircle(image, x, normal);
    const next = yield* goal.target === undefined ? alongCircle(attempt, circle) : insideCircle(attempt, circle);
    x = next ?? x;
  }
}

/** Onto the boundary, straight toward the image. */
function* alongLine({ image, goal }: CgbaAttempt, point: Pixels): Asking<Pixels> {
  const pointAt = (part: number) => between(image, point, part);
  const width = tolerance / lengthOf(subtract(point, image), 'l2');
  return pointAt(yield* boundarySearch(goal, pointAt, { short: 0, reached: 1, width }));
}

/** Points by their angle at the image, from the boundary point at 0 to the image at π/2. */
interface Semicircle {
  readonly radius: number;
  /** The angle of the normal. */
  readonly normal: number;
  pointAt(angle: number): Pixels;
}

function semicircle(image: Pixels, x: Pixels, normal: Float64Array): Semicircle {
  const change = subtract(x, image);
  const radius = lengthOf(change, 'l2');
  const v = scaled(change, 1 / (radius || 1));
  const along = dot(normal, v);
  const across = addScaled(normal, v, -along);
  const size = lengthOf(across, 'l2');
  const w = scaled(across, 1 / (size || 1));
  return {
    radius,
    normal: Math.atan2(size, along),
    pointAt(angle) {
      const length = radius * Math.cos(angle);
      return clip(addScaled(addScaled(image, v, length * Math.cos(angle)), w, length * Math.sin(angle)));
    },
  };
}

/** Between the boundary point and the first of ever larger angles where the goal is not reached. */
function* alongCircle({ goal }: CgbaAttempt, { radius, pointAt }: Semicircle): Asking<Pixels | undefined> {
  for (let k = 1; k <= mostAngles; k++) {
    const angle = (Math.PI / 2) * (1 - 2 ** -k);
    if (yield* reaches(goal, pointAt(angle))) continue;
    const width = tolerance / radius;
    return pointAt(yield* boundarySearch(goal, pointAt, { short: angle, reached: 0, width }));
  }
  return undefined;
}

/** Straight toward the image from the first of ever smaller angles where the goal is reached. */
function* insideCircle(attempt: CgbaAttempt, { normal, pointAt }: Semicircle): Asking<Pixels | undefined> {
  for (let k = 1; k <= mostAngles; k++) {
    const point = pointAt(normal / 2 ** k);
    if (yield* reaches(attempt.goal, point)) return yield* alongLine(attempt, point);
  }
  return undefined;
}
