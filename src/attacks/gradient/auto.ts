import type { AttackDefinition, Attempt } from '../attackDefinition.ts';
import { type Dialogue, logits, stage } from '../dialogue.ts';
import { apgd } from './apgd.ts';
import { fab } from './fab.ts';

const paper = 'Croce & Hein 2020, arXiv:2003.01690';

type Parameters = Record<string, never>;
type AutoAttempt = Attempt<Parameters, 'linf' | 'l2'>;

/** Steps of every part, and starting points (AutoAttack's standard version). */
const [steps, restarts] = [100, 1];

/** Classes from which the targeted difference of logits ratio is defined. */
const classesOfTargetedRatio = 4;

/**
 * The parts, cheapest first. APGD on the targeted difference of logits ratio is left out where the model has too few
 * classes for that loss.
 */
const parts: readonly { title: string; classes?: number; run(attempt: AutoAttempt): Dialogue }[] = [
  {
    title: 'APGD-CE',
    run: (attempt) => apgd.run({ ...attempt, parameters: { steps, restarts, loss: 'ce' } }),
  },
  {
    title: 'APGD-T',
    classes: classesOfTargetedRatio,
    run: (attempt) => apgd.run({ ...attempt, parameters: { steps, restarts, loss: 'targeted-dlr' } }),
  },
  {
    title: 'FAB-T',
    run: (attempt) => fab.run({ ...attempt, parameters: { steps, restarts, form: 'targeted' } }),
  },
];

/**
 * The white-box part of AutoAttack: APGD on cross-entropy, APGD on the targeted difference of logits ratio, and targeted
 * FAB, one after the other until one succeeds, so that an image counts as robust only if it withstands them all (Croce &
 * Hein 2020, arXiv:2003.01690, section 5). It has no parameters, so that its figures can be compared.
 */
export const auto: AttackDefinition<Parameters, 'linf' | 'l2'> = {
  id: 'auto',
  title: 'Auto',
  kind: 'attack',
  description:
    'The ensemble to rely on: APGD on two losses, then FAB, each on what the ones before left, without parameters. An image holds only if it withstands them all.',
  source: `${paper}: AutoAttack’s standard version without its black-box part`,
  threatModel: 'white-box',
  norms: ['linf', 'l2'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {},
  cost(_, model) {
    const ratio =
      model.classes < classesOfTargetedRatio ? 0 : apgd.cost({ steps, restarts, loss: 'targeted-dlr' }, model);
    return (
      apgd.cost({ steps, restarts, loss: 'ce' }, model) + ratio + fab.cost({ steps, restarts, form: 'targeted' }, model)
    );
  },
  *run(attempt) {
    const { length } = yield* logits(attempt.image);
    for (const { title, classes = 0, run } of parts) {
      if (length < classes) continue;
      yield* stage(title);
      yield* run(attempt);
    }
  },
};
