import type { Pixels } from '../../../src/data/image.ts';
import type { Budget } from '../../../src/geometry/budget.ts';
import { createProjection } from '../../../src/runner/projection.ts';

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

  'the l2 ball comes before the range': (image, budget, quantize) => {
    if (budget.norm !== 'l2') return createProjection(image, budget, quantize);
    return (point) => ontoBall(image, budget, point).map((value) => Math.min(Math.max(value, 0), 1));
  },

  'the l2 ball is a cube': withBudget(({ epsilon }) => ({ norm: 'linf', epsilon })),

  'the cube is a ball': withBudget(({ epsilon }) => ({ norm: 'l2', epsilon })),

  'the l1 ball and the range are taken one after the other': (image, budget, quantize) => {
    const project = createProjection(image, budget, quantize);
    if (budget.norm !== 'l1') return project;
    // An image without edges near has the ball to itself.
    const alone = createProjection(
      image.map(() => 0.5),
      budget,
      false,
    );
    return (point) => {
      const change = point.map((value, i) => value - (image[i] as number));
      const spent = change.reduce((sum, value) => sum + Math.abs(value), 0);
      if (spent <= budget.epsilon) return project(point);
      const onBall = alone(change.map((value) => 0.5 + Math.min(Math.max(value, -0.5), 0.5)));
      return onBall.map((value, i) => Math.min(Math.max((image[i] as number) + value - 0.5, 0), 1));
    };
  },

  'the l1 ball is reached by scaling': (image, budget, quantize) => {
    if (budget.norm !== 'l1') return createProjection(image, budget, quantize);
    return (point) => {
      const change = point.map((value, i) => Math.min(Math.max(value, 0), 1) - (image[i] as number));
      const spent = change.reduce((sum, value) => sum + Math.abs(value), 0);
      const factor = Math.min(1, budget.epsilon / spent);
      return change.map((value, i) => (image[i] as number) + value * (spent > 0 ? factor : 1));
    };
  },

  'the l1 ball is round': (image, { norm, epsilon }, quantize) =>
    createProjection(image, { norm: norm === 'l1' ? 'l2' : norm, epsilon }, quantize),

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
