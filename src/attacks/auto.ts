import type { Norm } from '../geometry/norms.ts';
import type { AttackDefinition } from './attackDefinition.ts';
import { stage } from './dialogue.ts';
import { apgd } from './gradient/apgd/apgd.ts';
import type { ApgdParameters } from './gradient/apgd/parameters.ts';
import { fab } from './gradient/fab.ts';

const paper = 'Croce & Hein 2020, arXiv:2003.01690';

interface Parameters {
  version: 'standard' | 'rand';
}

/** APGD on a loss, as all parts have it. */
const apgdOn = (loss: ApgdParameters['loss'], { restarts = 1, eot = 1 } = {}): ApgdParameters => ({
  steps: 100,
  start: 'random',
  loss,
  restarts,
  eot,
});

/** Answers whose mean a step follows where they vary. */
const samples = 20;
const fabParameters = { steps: 100, restarts: 1, form: 'targeted' } as const;

/** The parts of a version, the cheapest first: titles, and parameters of APGD, or of FAB. */
function partsOf(version: Parameters['version'], norm?: Norm) {
  if (version === 'rand') {
    return [
      { title: 'APGD-CE', apgd: apgdOn('ce', { eot: samples }) },
      { title: 'APGD-DLR', apgd: apgdOn('dlr', { eot: samples }) },
    ];
  }
  return [
    { title: 'APGD-CE', apgd: apgdOn('ce', { restarts: norm === 'l1' ? 5 : 1 }) },
    { title: 'APGD-T', apgd: apgdOn('targeted-dlr') },
    { title: 'FAB-T', fab: fabParameters },
  ];
}

/**
 * The white-box part of AutoAttack: APGD on cross-entropy, APGD on the targeted difference of logits ratio, and targeted
 * FAB, one after the other until one succeeds, so that an image counts as robust only if it withstands them all (Croce &
 * Hein 2020, arXiv:2003.01690, section 5; in l1 Croce & Hein 2021, arXiv:2103.01208, section 5). For models whose answers
 * vary, its authors' program has another version: APGD on two losses, each step along the mean of 20 gradients. The parts
 * have no parameters, so that figures can be compared.
 */
export const auto: AttackDefinition<Parameters, 'linf' | 'l2' | 'l1'> = {
  id: 'auto',
  title: 'Auto',
  kind: 'attack',
  description:
    'The ensemble to rely on: APGD on two losses, then FAB, each on what the ones before left. An image holds only if it withstands them all.',
  source: `${paper}: AutoAttack without its black-box part`,
  threatModel: 'white-box',
  norms: ['linf', 'l2', 'l1'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    version: {
      description:
        'The parts: those of AutoAttack’s `standard` version (APGD-CE, APGD-T, FAB-T), or those for models that answer the same question differently each time (`rand`: APGD-CE and APGD-DLR, each step along the mean of 20 gradients).',
      schema: { type: 'string', enum: ['standard', 'rand'] },
      quick: { value: 'standard', text: 'standard', source: paper },
    },
  },
  // In l1 APGD has more starting points on cross-entropy and aims at fewer classes, which comes to the same.
  cost: ({ version }, model) =>
    partsOf(version).reduce(
      (sum, part) => sum + (part.apgd ? apgd.cost(part.apgd, model) : fab.cost(part.fab, model)),
      0,
    ),
  *run(attempt) {
    for (const part of partsOf(attempt.parameters.version, attempt.budget.norm)) {
      yield* stage(part.title);
      if (part.apgd) yield* apgd.run({ ...attempt, parameters: part.apgd });
      else yield* fab.run({ ...attempt, parameters: part.fab });
    }
  },
};
