import type { Norm } from '../geometry/norms.ts';
import type { AttackDefinition } from './attackDefinition.ts';
import { stage } from './dialogue.ts';
import { apgd } from './gradient/apgd/apgd.ts';
import type { ApgdParameters } from './gradient/apgd/parameters.ts';
import { fab } from './gradient/fab.ts';
import { square } from './score/square/square.ts';

const paper = 'Croce & Hein 2020, arXiv:2003.01690';

interface Parameters {
  version: 'standard' | 'rand';
}

/** One attack of the ensemble. */
interface Part {
  readonly title: string;
  readonly attack: AttackDefinition;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** APGD on a loss, as all parts have it. */
function apgdOn(title: string, loss: ApgdParameters['loss'], { restarts = 1, eot = 1 } = {}): Part {
  const parameters: ApgdParameters = { steps: 100, start: 'random', loss, restarts, eot };
  return { title, attack: apgd as unknown as AttackDefinition, parameters: { ...parameters } };
}

const targetedFab: Part = {
  title: 'FAB-T',
  attack: fab as unknown as AttackDefinition,
  parameters: { steps: 100, restarts: 1, form: 'targeted' },
};

/** In its authors' program squares become smaller as if there were 10,000 queries. */
const squareFor5000: Part = {
  title: 'Square',
  attack: square as unknown as AttackDefinition,
  parameters: { queries: 5000, part: 0.8, schedule: 'fixed' },
};

/** Answers whose mean a step follows where they vary. */
const samples = 20;

/** The parts of a version, in their order. */
function partsOf(version: Parameters['version'], norm?: Norm): Part[] {
  if (version === 'rand') {
    return [apgdOn('APGD-CE', 'ce', { eot: samples }), apgdOn('APGD-DLR', 'dlr', { eot: samples })];
  }
  const restarts = norm === 'l1' ? 5 : 1;
  return [apgdOn('APGD-CE', 'ce', { restarts }), apgdOn('APGD-T', 'targeted-dlr'), targetedFab, squareFor5000];
}

/**
 * AutoAttack: APGD on cross-entropy, APGD on the targeted difference of logits ratio, targeted FAB, and Square with 5,000
 * queries, one after the other until one succeeds, so that an image counts as robust only if it withstands them all (Croce
 * & Hein 2020, arXiv:2003.01690, section 5; in l1 Croce & Hein 2021, arXiv:2103.01208, section 5). For models whose answers
 * vary, its authors' program has another version: APGD on two losses, each step along the mean of 20 gradients. The parts
 * have no parameters, so that figures can be compared: off the grid, with those that are published.
 */
export const auto: AttackDefinition<Parameters, 'linf' | 'l2' | 'l1'> = {
  id: 'auto',
  title: 'Auto',
  kind: 'attack',
  description:
    'The standard ensemble, AutoAttack: APGD on two losses, FAB, then Square, each on what the ones before left. An image holds only if it withstands them all.',
  source: paper,
  threatModel: 'white-box',
  norms: ['linf', 'l2', 'l1'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    version: {
      description:
        'The parts: those of AutoAttack’s `standard` version (APGD-CE, APGD-T, FAB-T, and Square with 5,000 queries), or those for models that answer the same question differently each time (`rand`: APGD-CE and APGD-DLR, each step along the mean of 20 gradients).',
      schema: { type: 'string', enum: ['standard', 'rand'] },
      quick: { value: 'standard', text: 'standard', source: paper },
    },
  },
  // In l1 APGD has more starting points on cross-entropy and aims at fewer classes, which comes to the same.
  cost: ({ version }, model) =>
    partsOf(version).reduce((sum, { attack, parameters }) => sum + attack.cost(parameters, model), 0),
  *run(attempt) {
    for (const { title, attack, parameters } of partsOf(attempt.parameters.version, attempt.budget.norm)) {
      yield* stage(title);
      yield* attack.run({ ...attempt, parameters });
    }
  },
};
