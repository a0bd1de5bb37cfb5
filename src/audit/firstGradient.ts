import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { pullback } from '../attacks/dialogue.ts';
import { probe } from './probe.ts';

/** Asks for the gradient of the loss at the image and goes nowhere: what the gradient is like is the runner's to note. */
export const firstGradient: AttackDefinition = probe({
  id: 'first-gradient',
  title: 'First gradient',
  source: 'Croce & Hein 2020, arXiv:2003.01690',
  threatModel: 'white-box',
  *run({ image, goal }) {
    yield* pullback(image, goal.loss);
  },
});
