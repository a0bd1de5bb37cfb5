import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { ImageShape } from '../../data/image.ts';
import { resizedAndPadded } from './diverseInputs.ts';
import type { Method, MethodContext } from './method.ts';
import { neighborOf } from './neighbor.ts';
import { Resampling, rotation } from './resampling.ts';
import { asItIs, divided, inTurn, type Look, meanGradient, resampled, type View } from './view.ts';

/** Operators of each neighbor, and how many are applied one after the other. */
const operatorsEach = 20;
const [fewest, most] = [2, 4];
/** How far neighbors may be in each value, in epsilons: β = 2 times one of these, drawn for each. */
const beta = 2;
const ratios = [0.25, 0.5, 0.75, 1, 1.25, 1.5];
const degrees = [5, -5, 15, -15, 45, -45, 90, -90, 180];
const divisors = [2, 3, 4, 5, 6, 7, 8];
const enlargements = [1.1, 1.3, 1.5, 1.7, 1.9, 2.1, 2.3, 2.5, 2.7, 2.9];

/**
 * The mean of the gradients at the point itself and at random neighbors of it, each seen through random operators: flips,
 * shifts, turns, darkening, resizing with padding, two to four of them in a row (Guo et al. 2025, "Boosting Adversarial
 * Transferability through Augmentation in Hypothesis Space", CVPR 2025, algorithm 1).
 */
export const operatorPerturbation: Method = {
  title: 'OPS',
  description: 'operators and perturbations, random neighbors of the image through flips, shifts, turns, and resizing',
  source: 'Guo et al. 2025, “Boosting Adversarial Transferability through Augmentation in Hypothesis Space”, CVPR 2025',
  copies: 10 * operatorsEach,
  cost: (copies) => copies + 1,
  begin: (context) => (x) => meanGradient(viewsOf(x, context), context.goal.loss),
};

function* viewsOf(x: Float32Array, { shape, budget, random, copies }: MethodContext): Generator<View> {
  yield asItIs(x);
  let neighbor = x;
  for (let i = 0; i < copies; i++) {
    if (i % operatorsEach === 0) neighbor = neighborOf(x, beta * pick(ratios, random), budget, random);
    const looks = Array.from({ length: uniformInt(random, fewest, most) }, () => randomOperator(shape, random));
    yield inTurn(looks)(neighbor);
  }
}

/** One of the basic operators; each of the lists counts as many times as it has entries. */
export function randomOperator(shape: ImageShape, random: RandomGenerator): Look {
  const { height, width, channels } = shape;
  const mapped = (originOf: (x: number, y: number) => [number, number]) =>
    resampled(new Resampling(shape, shape, originOf), channels);
  return pick<() => Look>(
    [
      () => asItIs,
      () => mapped((x, y) => [x, height - 1 - y]),
      () => mapped((x, y) => [width - 1 - x, y]),
      () => {
        const shift = uniformInt(random, 0, height - 1);
        return mapped((x, y) => [x, (y + shift) % height]);
      },
      () => {
        const shift = uniformInt(random, 0, width - 1);
        return mapped((x, y) => [(x + shift) % width, y]);
      },
      ...degrees.map((angle) => () => resampled(rotation(shape, angle), channels)),
      ...divisors.map((divisor) => () => divided(divisor)),
      ...enlargements.map((rate) => () => resizedAndPadded(shape, rate, random)),
    ],
    random,
  )();
}

function pick<T>(from: readonly T[], random: RandomGenerator): T {
  return from[uniformInt(random, 0, from.length - 1)] as T;
}
