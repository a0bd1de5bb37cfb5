import type { Pixels } from '../../data/image.ts';
import { distances } from '../../geometry/norms.ts';
import { normalVector, uniformVector } from '../../geometry/randomVector.ts';
import { clip } from '../../geometry/range.ts';
import { addScaled, between, sign } from '../../geometry/vector.ts';
import type { AttackDefinition, Attempt } from '../attackDefinition.ts';
import { type Asking, type Dialogue, upTo } from '../dialogue.ts';
import { queriesParameter } from '../queries.ts';
import { boundarySearch, reaches } from './boundarySearch.ts';
import { normalEstimate } from './normalEstimate.ts';
import { startingPoint } from './startingPoint.ts';

interface Parameters {
  queries: number;
  firstProbes: number;
  mostProbes: number;
  gamma: number;
}

type HopNorm = 'l2' | 'linf';
type HopAttempt = Attempt<Parameters, HopNorm>;

const paper = 'Chen, Jordan & Wainwright 2020, arXiv:1904.02144';

/** How far the first probes are, in l2 (the authors' program). */
const firstRadius = 0.1;

/**
 * HopSkipJump: from the boundary a step along its estimated normal, as long as the goal stays reached, and back onto the
 * boundary by halving the way to the image (Chen, Jordan & Wainwright 2020, arXiv:1904.02144, algorithm 2).
 */
export const hopSkipJump: AttackDefinition<Parameters, HopNorm> = {
  id: 'hopskipjump',
  title: 'HopSkipJump',
  kind: 'attack',
  description:
    'By predictions alone: estimates the normal of the decision boundary from many of them, and hops along it toward the image.',
  source: paper,
  threatModel: 'decision-based',
  norms: ['l2', 'linf'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: false,
  parameters: {
    queries: queriesParameter(1000, 25_000, {
      quick: 'a look at figure 5 of the paper',
      paper: `${paper}, section V.B`,
    }),
    firstProbes: {
      description: 'Number of probes for the first estimate (B₀); for the tᵗʰ it is √t times that.',
      schema: { type: 'integer', minimum: 1 },
      quick: {
        value: 40,
        text: '40',
        source: 'our measurement: more hops lead nearer than more exact ones (test/blackbox/results.md)',
      },
      paper: { value: 100, text: '100', source: `${paper}, section V.A` },
    },
    mostProbes: {
      description: 'Number of probes for an estimate, at most.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 10_000, text: '10,000', source: 'the authors’ program' },
    },
    gamma: {
      description:
        'How exactly the boundary is found, in units of d^(−3/2) in l2 and of d^(−2) in linf for d values (γ).',
      schema: { type: 'number', exclusiveMinimum: 0 },
      quick: { value: 1, text: '1', source: `${paper}, section V.A` },
    },
  },
  cost: ({ queries }) => queries,
  run: (attempt) => upTo(attempt.parameters.queries, (left) => walk(attempt, left)),
};

function* walk(attempt: HopAttempt, left: () => number): Dialogue {
  const { image, goal, budget, parameters, random } = attempt;
  const { norm } = budget;
  const { firstProbes, mostProbes, gamma } = parameters;
  const d = image.length;
  const theta = gamma / (norm === 'l2' ? d ** 1.5 : d ** 2);
  // What a step and the way back onto the boundary ask: the last estimate leaves room for them.
  const search = Math.ceil(Math.log2(1 / theta)) + 2;
  const start = yield* startingPoint(attempt);
  if (start === undefined) return;
  let hop = start;
  let x = yield* ontoBoundary(attempt, hop, theta);
  for (let t = 1; ; t++) {
    const [distance, reached] = [distances(image, x, 1)[norm], distances(image, hop, 1)[norm]];
    const normal = yield* normalEstimate(x, {
      goal,
      random,
      count: Math.max(Math.min(Math.floor(firstProbes * Math.sqrt(t)), mostProbes, left() - search), 1),
      radius: t === 1 ? firstRadius : (norm === 'l2' ? Math.sqrt(d) : d) * theta * reached,
      direction: norm === 'l2' ? (size, source) => normalVector(size, source) : uniformVector,
    });
    const direction = norm === 'l2' ? normal : sign(normal);
    // The boundary point itself reaches the goal, and is what a step becomes that is short enough.
    for (let step = distance / Math.sqrt(t); ; step /= 2) {
      hop = clip(addScaled(x, direction, step));
      if (yield* reaches(goal, hop)) break;
    }
    x = yield* ontoBoundary(attempt, hop, theta);
  }
}

/** From a point that reaches the goal toward the image: in l2 straight, in linf by clipping the change. */
function* ontoBoundary({ image, goal, budget }: HopAttempt, point: Pixels, theta: number): Asking<Pixels> {
  if (budget.norm === 'l2') {
    const pointAt = (part: number) => between(image, point, part);
    return pointAt(yield* boundarySearch(goal, pointAt, { short: 0, reached: 1, width: theta }));
  }
  const distance = distances(image, point, 1).linf;
  const pointAt = (most: number) =>
    point.map((value, i) => Math.min(Math.max(value, (image[i] as number) - most), (image[i] as number) + most));
  const width = Math.min(distance * theta, theta);
  return pointAt(yield* boundarySearch(goal, pointAt, { short: 0, reached: distance, width }));
}
