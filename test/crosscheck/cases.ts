import type { Norm } from '../../src/geometry/norms.ts';

/** Differences that are none: in points of success, and in times the distance. */
export interface Tolerance {
  readonly points: number;
  readonly times: number;
}

const random = { points: 2, times: 1.05 };

/** One of our attacks as it is compared with its peers. */
export interface Case {
  /** Its name in the catalog. */
  readonly attack: string;
  /** What differs from the preset `quick`, as far as the peers can be given the same. */
  parameters?(norm: Norm, epsilon: number): Record<string, unknown>;
  /** The attack is a random search, whose outcome differs from run to run: by how much it may be weaker. */
  readonly tolerance?: Tolerance;
}

const steps = 20;
const stepSize = (epsilon: number) => (2.5 * epsilon) / steps;

/** By the name of the file in the folder `peers`, which says in what norms, budgets and for what goals. */
export const cases: Readonly<Record<string, Case>> = {
  fgsm: { attack: 'fgsm' },
  ifgsm: { attack: 'ifgsm', parameters: (_, epsilon) => ({ steps, stepSize: stepSize(epsilon) }) },
  pgd: { attack: 'pgd', parameters: (_, epsilon) => ({ steps, stepSize: stepSize(epsilon), restarts: 2 }) },
  mifgsm: { attack: 'mifgsm', parameters: (_, epsilon) => ({ steps, stepSize: stepSize(epsilon), decay: 1 }) },
  'apgd-ce': { attack: 'apgd', parameters: () => ({ steps, loss: 'ce' }) },
  'apgd-dlr': { attack: 'apgd', parameters: () => ({ steps, loss: 'dlr' }) },
  'apgd-targeted-dlr': { attack: 'apgd', parameters: () => ({ steps, loss: 'targeted-dlr' }) },
  fab: { attack: 'fab', parameters: () => ({ steps, form: 'all-classes' }) },
  deepfool: { attack: 'deepfool', parameters: () => ({ steps: 50, classes: 10, overshoot: 0.02 }) },
  cw: {
    attack: 'cw',
    parameters: (norm) =>
      ({
        l2: { binarySearchSteps: 6, steps: 100, learningRate: 0.05, initialConstant: 0.1 },
        linf: { steps: 20, learningRate: 0.01, initialConstant: 0.01 },
        l0: { steps: 20, learningRate: 0.05, initialConstant: 0.1 },
      })[norm as 'l2' | 'linf' | 'l0'],
  },
  jsma: { attack: 'jsma', parameters: () => ({ theta: 1, gamma: 1 }) },
  fmn: { attack: 'fmn', parameters: (norm) => ({ steps: 100, stepSize: norm === 'linf' ? 10 : 1 }) },
  'sigma-zero': { attack: 'sigma-zero', parameters: () => ({ steps: 100 }) },
  square: { attack: 'square', tolerance: random },
  spsa: {
    attack: 'spsa',
    parameters: () => ({
      samples: 50,
      radius: 0.01,
      attack: { attack: 'pgd', parameters: { steps: 10, restarts: 1 } },
    }),
    tolerance: random,
  },
  'one-pixel': { attack: 'one-pixel', parameters: () => ({ population: 50 }), tolerance: random },
  boundary: { attack: 'boundary', tolerance: random },
  hopskipjump: { attack: 'hopskipjump', parameters: () => ({ firstProbes: 100 }), tolerance: random },
};
