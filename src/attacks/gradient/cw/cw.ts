import type { Budget } from '../../../geometry/budget.ts';
import type { Default } from '../../../parameters/parameter.ts';
import type { AttackDefinition } from '../../attackDefinition.ts';
import { cwL0 } from './l0.ts';
import { cwL2 } from './l2.ts';
import { cwLinf } from './linf.ts';
import type { CwParameters } from './objective.ts';

const paper = 'Carlini & Wagner 2017, arXiv:1608.04644';
const program = `the authors’ program (${paper})`;
const speed = 'chosen for speed';

type CwNorm = 'l2' | 'l0' | 'linf';

/** A default for each norm. */
function byNorm(
  values: Readonly<Record<CwNorm, number>>,
  text: string,
  source: string,
): Default<number, CwParameters, Budget> {
  return { value: ({ norm }) => values[norm as CwNorm], text, source };
}

/**
 * The attacks of Carlini & Wagner (2017, arXiv:1608.04644, section VI): the nearest image in l2, l0 or linf whose lead
 * over every other class is at least the confidence κ, by Adam on a distance plus c · f.
 */
export const cw: AttackDefinition<CwParameters, CwNorm> = {
  id: 'cw',
  title: 'Carlini & Wagner',
  kind: 'attack',
  description: 'Looks for the nearest adversarial example by gradient descent on distance and lead together.',
  source: paper,
  threatModel: 'white-box',
  norms: ['l2', 'l0', 'linf'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: false,
  parameters: {
    confidence: {
      description: 'The lead in logits over every other class that an adversarial example is to have (κ).',
      schema: { type: 'number', minimum: 0 },
      quick: { value: 0, text: '0', source: program },
    },
    steps: {
      description: 'Number of gradient steps for each constant that is tried.',
      schema: { type: 'integer', minimum: 1 },
      quick: byNorm({ l2: 250, l0: 20, linf: 200 }, '250 in l2, 20 in l0, 200 in linf', speed),
      paper: byNorm({ l2: 10_000, l0: 1000, linf: 1000 }, '10,000 in l2, 1000 in l0 and linf', program),
    },
    learningRate: {
      description: 'Learning rate of Adam.',
      schema: { type: 'number', exclusiveMinimum: 0 },
      quick: byNorm({ l2: 0.03, l0: 0.05, linf: 0.005 }, '0.03 in l2, 0.05 in l0, 0.005 in linf', speed),
      paper: byNorm({ l2: 0.01, l0: 0.01, linf: 0.005 }, '0.01 in l2 and l0, 0.005 in linf', program),
    },
    initialConstant: {
      description: 'The first weight c of the lead beside the distance; it grows until an example is found.',
      schema: { type: 'number', exclusiveMinimum: 0 },
      quick: byNorm({ l2: 0.1, l0: 1, linf: 0.1 }, '0.1 in l2 and linf, 1 in l0', speed),
      paper: byNorm({ l2: 1e-3, l0: 1e-3, linf: 1e-5 }, '0.001 in l2 and l0, 0.00001 in linf', program),
    },
    binarySearchSteps: {
      description: 'In l2, number of constants c that are tried.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 5, text: '5', source: speed },
      paper: { value: 9, text: '9', source: program },
    },
  },
  confidence: ({ confidence }) => confidence,
  /**
   * In l2 the most that it takes. In l0 and linf, whose norm is not told here, a mere order of magnitude: each doubling of
   * c takes `steps` points, and each solution up to that many again, so at most `steps` times the sum of both. In linf
   * c doubles up to 8 times by default, and there are up to 53 solutions; in l0 c doubles up to 21 times, and solutions
   * are as many as pixels are given up, at worst. Most solutions take far fewer, each starting from the one before.
   */
  cost: ({ steps, binarySearchSteps }) => steps * binarySearchSteps,
  run(attempt) {
    switch (attempt.budget.norm) {
      case 'l2':
        return cwL2(attempt);
      case 'l0':
        return cwL0(attempt);
      case 'linf':
        return cwLinf(attempt);
    }
  },
};
