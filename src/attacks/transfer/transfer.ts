import { steepestAscent } from '../../geometry/steepestAscent.ts';
import { addScaled } from '../../geometry/vector.ts';
import type { AttackDefinition } from '../attackDefinition.ts';
import { propose } from '../dialogue.ts';
import { mifgsm } from '../gradient/mifgsm.ts';
import { accumulated } from '../gradient/momentum.ts';
import { type MethodName, methods } from './methods.ts';

interface Parameters {
  method: MethodName;
  copies: number;
  steps: number;
  stepSize: number;
  decay: number;
}

const { steps, stepSize, decay } = mifgsm.parameters;
const all = Object.entries(methods);

/**
 * MI-FGSM on a surrogate, along gradients that mean something to other models as well: g ← μ · g + d(x)/‖d(x)‖₁,
 * x ← project(x + α · sign(g)), where d(x) is what the method makes of the surrogate's gradients around x (see the file of
 * each method for its paper). It needs no answer of the model under test, which judges where it ended.
 */
export const transfer: AttackDefinition<Parameters, 'linf' | 'l2'> = {
  id: 'transfer',
  title: 'Transfer',
  kind: 'attack',
  description:
    'Crafts examples on a surrogate, with gradients that carry over to other models, and tries them on the model, which is asked nothing else.',
  source: `Dong et al. 2018, arXiv:1710.06081; ${methods.bsr.title}: ${methods.bsr.source}`,
  threatModel: 'transfer',
  norms: ['linf', 'l2'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    method: {
      description: `Where gradients are taken: ${all.map(([name, { title, description, source }]) => `\`${name}\` (${title}: ${description}; ${source})`).join(', ')}.`,
      schema: { type: 'string', enum: Object.keys(methods) },
      quick: {
        value: 'by-size',
        text: 'by-size',
        source:
          'BSR is the strongest for its cost in the comparison of TransferAttack (github.com/Trustworthy-AI-Group/TransferAttack), of images of 224 pixels a side; TI in ours of images of 28 and 32 (test/blackbox/results.md)',
      },
      paper: { value: 'ops', text: 'ops', source: 'the strongest in that comparison, at ten times the cost' },
    },
    copies: {
      description:
        'Number of views of the image that each step takes gradients at. `ti` and `mi`, and `by-size` of small images, take one.',
      schema: { type: 'integer', minimum: 1 },
      quick: {
        value: (_, { method }) => methods[method].copies,
        text: all.map(([name, { copies }]) => `${name}: ${copies}`).join(', '),
        source: 'the paper of each method; BSR, VMI, and OPS as in TransferAttack',
      },
    },
    steps,
    stepSize,
    decay,
  },
  cost: ({ method, copies, steps }, { input }) => steps * (methods[method].cost(copies, input) + 1),
  *run({ image, shape, goal, budget, parameters, project, random }) {
    const { method, copies, steps, stepSize, decay } = parameters;
    const directionFrom = methods[method].begin({ shape, goal, budget, random, copies });
    let x = image;
    let momentum: Float64Array = new Float64Array(image.length);
    for (let step = 0; step < steps; step++) {
      momentum = accumulated(momentum, yield* directionFrom(x), decay);
      x = project(addScaled(x, steepestAscent(momentum, budget.norm), stepSize));
      yield* propose(x);
    }
  },
};
