import type { Pixels } from '../../data/image.ts';
import { normalVector } from '../../geometry/randomVector.ts';
import { addScaled, finite, scaled, subtract } from '../../geometry/vector.ts';
import { amountSchema } from '../../parameters/amount.ts';
import type { AttackDefinition } from '../attackDefinition.ts';
import { propose, pullback } from '../dialogue.ts';

interface Parameters {
  loss: 'l2' | 'l1';
  likeness: number;
  start: 'image' | 'noise';
  steps: number;
  stepSize: number;
}

const article =
  'Geng & Veerapaneni 2017, “Tricking Neural Networks: Create your own Adversarial Examples”, ML@Berkeley';

/**
 * An image that the model takes for the target class: gradient descent on D(ŷ(x), y_goal), the distance between the
 * predicted probabilities and the one-hot target, ½‖ŷ − y_goal‖₂² or ‖ŷ − y_goal‖₁, from white noise or an image
 * (Geng & Veerapaneni 2017, “non-targeted attack”). With a likeness λ it stays near the image x_target (“targeted
 * attack”): xₜ₊₁ = clip(xₜ − η · (∇ₓ D + λ · (xₜ − x_target))), which is the article's program; the article clips nothing.
 */
export const forge: AttackDefinition<Parameters, 'l2' | 'l1'> = {
  id: 'forge',
  title: 'Forged image',
  kind: 'forge',
  description:
    'Makes an image that the model takes for the target class, out of white noise or of an image, by gradient descent. Its source calls this “non-targeted”, and “targeted” where a `likeness` keeps it near a real image.',
  source: article,
  threatModel: 'white-box',
  norms: ['l2', 'l1'],
  goals: ['targeted'],
  fixedBudget: false,
  parameters: {
    loss: {
      description:
        'Distance between prediction and target that is lowered: half the squared Euclidean one (`l2`) or the sum of differences (`l1`).',
      schema: { type: 'string', enum: ['l2', 'l1'] },
      quick: { value: 'l2', text: 'l2', source: article },
    },
    likeness: {
      description:
        'How strongly every step draws the forgery to the image of the dataset (λ): 0 not at all, 0.05 in the “targeted” form of the source.',
      schema: { type: 'number', minimum: 0 },
      quick: { value: 0, text: '0', source: 'the “non-targeted” form of the source' },
    },
    start: {
      description:
        'Where the descent starts: at the image (of a test without dataset that is white noise), or at white noise of its own.',
      schema: { type: 'string', enum: ['image', 'noise'] },
      quick: {
        value: (_, { likeness }) => (likeness > 0 ? 'noise' : 'image'),
        text: 'noise with a likeness, else image',
        source: article,
      },
    },
    steps: {
      description: 'Number of gradient steps.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 200, text: '200', source: 'a fifth of the article’s' },
      paper: { value: 1000, text: '1000', source: article },
    },
    stepSize: {
      description: 'What the gradient is multiplied with at each step (η).',
      schema: amountSchema,
      quick: { value: 1, text: '1', source: article },
    },
  },
  // The last iterate is asked about, and the point of the grid beside the best.
  cost: ({ steps }) => steps + 2,
  *run({ image, goal, parameters, project, random }) {
    const { loss, likeness, start, steps, stepSize } = parameters;
    const distance = { kind: 'probabilityDistance', target: goal.target as number, norm: loss } as const;
    let x: Pixels = start === 'image' ? image : project(new Float32Array(normalVector(image.length, random, 0.5, 0.3)));
    for (let step = 0; step < steps; step++) {
      const { gradient } = yield* pullback(x, distance);
      const slope = addScaled(scaled(subtract(x, image), likeness), finite(gradient), 1);
      x = project(addScaled(x, slope, -stepSize));
    }
    yield* propose(x);
  },
};
