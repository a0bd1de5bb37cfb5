import type { Budget } from '../../src/attacks/definition.ts';
import type { Pixels } from '../../src/data/image.ts';
import { createProjection } from '../../src/evaluation/projection.ts';

type MakeProjection = typeof createProjection;

const withBudget =
  (change: (budget: Budget) => Budget): MakeProjection =>
  (image, budget, quantize) =>
    createProjection(image, change(budget), quantize);

/** Where the ball ends, without the range: the projection of an image that has room on both sides. */
function ontoBall(image: Pixels, { norm, epsilon }: Budget, point: Pixels): Pixels {
  const change = point.map((value, i) => value - (image[i] as number));
  const length = Math.hypot(...change);
  const factor = length > epsilon ? epsilon / length : 1;
  return change.map(
    (value, i) =>
      (image[i] as number) + (norm === 'l2' ? value * factor : Math.min(Math.max(value, -epsilon), epsilon)),
  );
}

/** Projections that are wrong. */
export const brokenProjections: Readonly<Record<string, MakeProjection>> = {
  'the budget is one gray level too large': withBudget(({ norm, epsilon }) => ({ norm, epsilon: epsilon + 1 / 255 })),

  'the budget is one gray level too small': withBudget(({ norm, epsilon }) => ({ norm, epsilon: epsilon - 1 / 255 })),

  'nothing happens': () => (point) => point,

  'everything goes back to the image': (image) => () => image.slice(),

  'the range is forgotten': (image, budget) => (point) => ontoBall(image, budget, point),

  'the ball is forgotten': () => (point) => point.map((value) => Math.min(Math.max(value, 0), 1)),

  'the range comes before the ball': (image, budget) => (point) =>
    ontoBall(
      image,
      budget,
      point.map((value) => Math.min(Math.max(value, 0), 1)),
    ),

  'the l2 ball is a cube': withBudget(({ epsilon }) => ({ norm: 'linf', epsilon })),

  'the cube is a ball': withBudget(({ epsilon }) => ({ norm: 'l2', epsilon })),

  'points inside are pushed to the edge of the ball': (image, budget, quantize) => (point) => {
    const change = point.map((value, i) => value - (image[i] as number));
    const factor = budget.epsilon / (Math.hypot(...change) || 1);
    const pushed = budget.norm === 'l2' ? change.map((value, i) => (image[i] as number) + value * factor) : point;
    return createProjection(image, budget, quantize)(pushed);
  },

  'the grid is forgotten': (image, budget) => createProjection(image, budget, false),

  'the grid is always taken': (image, budget) => createProjection(image, budget, true),

  'the image is moved': (image, budget, quantize) => {
    const project = createProjection(image.slice(), budget, quantize);
    return (point) => {
      const end = project(point);
      image.set(end);
      return end;
    };
  },
};
