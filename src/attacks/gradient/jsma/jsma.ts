import { placesOf } from '../../../geometry/order.ts';
import { scaled } from '../../../geometry/vector.ts';
import type { Functional } from '../../../models/functional.ts';
import type { AttackDefinition, Attempt } from '../../attackDefinition.ts';
import { type Dialogue, logits, propose, pullbacks } from '../../dialogue.ts';
import { isReached } from '../../goal.ts';
import { bestPair, type Saliency } from './saliency.ts';

export interface SaliencyParameters {
  theta: number;
  gamma: number;
}

const paper = 'Papernot et al. 2016, arXiv:1511.07528';

/** What both forms of the attack can be told. */
export const saliencyParameters: AttackDefinition<SaliencyParameters>['parameters'] = {
  theta: {
    description:
      'How far a chosen value moves in a step, in units of the pixel range [0, 1]: raised to white at 1, lowered to black at −1.',
    schema: { type: 'number', minimum: -1, maximum: 1, not: { const: 0 } },
    quick: { value: 1, text: '1', source: `${paper}, section V` },
  },
  gamma: {
    description: 'The part of the values of an image, pixels times channels, that may change (Υ).',
    schema: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
    quick: { value: 0.145, text: '0.145', source: `${paper}, section V` },
  },
};

/**
 * Jacobian-based saliency map attack: step after step the two values of the image move by θ that most raise the target's
 * logit and lower the sum of the others', until the model answers the target (Papernot et al. 2016, arXiv:1511.07528,
 * algorithms 2 and 3). Like there derivatives are those of what enters the softmax, whose own are extreme, and a feature
 * is one value of one channel; distances count pixels.
 */
export const jsma: AttackDefinition<SaliencyParameters, 'l0'> = {
  id: 'jsma',
  title: 'JSMA',
  kind: 'attack',
  description: 'Jacobian-based saliency map attack: moves the two most telling values of the image, again and again.',
  source: `${paper}; untargeted as in Wiyatno & Xu 2018, arXiv:1808.07945`,
  threatModel: 'white-box',
  norms: ['l0'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: false,
  parameters: saliencyParameters,
  cost: ({ gamma }, { input }) => stepsWithin(gamma, input.height * input.width * input.channels, 2) + 2,
  run: (attempt) => followSaliency(attempt, bestPair, 2),
};

/** How often `width` features can change, with a part gamma of them to change in all. */
export function stepsWithin(gamma: number, features: number, width: number): number {
  // What is a whole number but for rounding counts in full.
  return Math.floor((gamma * features) / width + 1e-9);
}

/**
 * Algorithm 2 with any choice of `width` features: moves them by θ within [0, 1] until the goal is reached, the part
 * gamma of all features has been moved, or nothing is left to choose. Features at the edge leave the domain.
 *
 * Untargeted the roles are reversed (NT-JSMA of Wiyatno & Xu 2018): the label's logit falls, the sum of the others rises.
 */
export function* followSaliency(
  { image, goal, parameters: { theta, gamma } }: Attempt<SaliencyParameters>,
  choose: (saliency: Saliency, domain: Uint32Array) => readonly number[] | undefined,
  width: number,
): Dialogue {
  const classes = (yield* logits(image)).length;
  const functionals = ownAndOthers(goal.target ?? goal.label, classes);
  const sign = Math.sign(theta) * (goal.target === undefined ? -1 : 1);
  const hasRoom = (value: number) => (theta > 0 ? value < 1 : value > 0);
  let x = image;
  let domain = placesOf(image.length).filter((i) => hasRoom(image[i] as number));
  for (let step = stepsWithin(gamma, image.length, width); step > 0; step--) {
    const { logits, gradients } = yield* pullbacks(x, functionals);
    if (isReached(goal, logits)) return;
    const [own, others] = gradients as [Float32Array, Float32Array];
    const chosen = choose({ gains: scaled(own, sign), drops: scaled(others, -sign) }, domain);
    if (chosen === undefined) return;
    x = x.slice();
    for (const i of chosen) x[i] = Math.min(Math.max((x[i] as number) + theta, 0), 1);
    domain = domain.filter((i) => hasRoom(x[i] as number));
  }
  yield* propose(x);
}

/** F_t, and Σ_{j≠t} F_j. */
function ownAndOthers(t: number, classes: number): [Functional, Functional] {
  const own = new Float32Array(classes).fill(1, t, t + 1);
  return [
    { kind: 'weights', output: 'logits', weights: own },
    { kind: 'weights', output: 'logits', weights: own.map((weight) => 1 - weight) },
  ];
}
