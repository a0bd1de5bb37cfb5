import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import type { ImageShape } from '../../../../src/data/image.ts';
import type { Budget } from '../../../../src/geometry/budget.ts';
import type { Classifier } from '../../../../src/models/classifier.ts';
import { conversation, pointsOf } from '../../../support/conversation.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';

/** Weights of both signs. */
const mixed = (i: number) => ((7 * i) % 11) - 5;

/** Two classes apart by a hyperplane that no search reaches, near enough for scores to tell differences. */
function unreachable(shape: ImageShape, weightAt: (i: number) => number) {
  const w = Array.from({ length: shape.height * shape.width * shape.channels }, (_, i) => weightAt(i));
  return { w, classifier: linearClassifier([w.map(() => 0), w], [600, 0], shape) };
}

/** Every point that an attack asks about, and how far each is past the goal of class 1. */
export async function asked(
  attack: AttackDefinition,
  {
    shape,
    image,
    budget,
    parameters,
    weightAt = mixed,
  }: {
    readonly shape: ImageShape;
    readonly image: Float32Array;
    readonly budget: Budget;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly weightAt?: (i: number) => number;
  },
) {
  const { w, classifier } = unreachable(shape, weightAt);
  const exchanges = await conversation(attack, { classifier, image, goal: createGoal(0), budget, parameters });
  const points = pointsOf(exchanges, 'logits');
  const worth = points.map((point) => w.reduce((sum, weight, i) => sum + weight * (point[i] as number), 0));
  return { w, points, worth, proposed: pointsOf(exchanges, 'propose') };
}

/** For each point but the first, the best of those before it: what a random search has changed. */
export function bestBefore(points: readonly Float32Array[], worth: readonly number[]): Float32Array[] {
  let best = 0;
  return points.slice(1).map((_, i) => {
    if ((worth[i] as number) > (worth[best] as number)) best = i;
    return points[best] as Float32Array;
  });
}

/** The same classifier without its gradients. */
export function scoresOnly({ input, classes, engine, batchSize, logits }: Classifier): Classifier {
  return { input, classes, engine, batchSize, logits };
}
