import { completeParameters } from '../parameters/complete.ts';
import type { AttackDefinition } from './attackDefinition.ts';
import { catalog } from './catalog.ts';
import { stage } from './dialogue.ts';
import type { Member } from './member.ts';

interface Parameters {
  attacks: readonly Member[];
}

/**
 * The attacks of a list, one after the other until one succeeds, so that an image counts as robust only if it withstands
 * them all (Carlini et al. 2019, arXiv:1902.06705). Those that look for the nearest success do so as well,
 * and what they find counts where it is within the budget. It is in no catalog: settings spell it as a list.
 */
export const ensemble: AttackDefinition<Parameters, 'linf' | 'l2' | 'l1'> = {
  id: 'ensemble',
  title: 'Ensemble',
  kind: 'attack',
  description:
    'The attacks of a list, each on what the ones before left. An image holds only if it withstands them all.',
  source: 'Carlini et al. 2019, arXiv:1902.06705',
  threatModel: 'white-box',
  norms: ['linf', 'l2', 'l1'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    attacks: {
      description: 'The attacks, in their order, with the parameters of each.',
      schema: { type: 'array' },
      quick: { value: [], text: 'none', source: 'the list is given' },
      complete: (given, preset, budget) =>
        (given as readonly Member[]).map(({ attack, parameters }) => ({
          attack,
          parameters: completeParameters(memberOf(attack), parameters, preset, budget),
        })),
    },
  },
  cost: ({ attacks }, model) =>
    attacks.reduce((sum, { attack, parameters }) => sum + memberOf(attack).cost(parameters, model), 0),
  *run(attempt) {
    for (const { attack, parameters } of attempt.parameters.attacks) {
      const { title, run } = memberOf(attack);
      yield* stage(title);
      yield* run({ ...attempt, parameters });
    }
  },
};

function memberOf(id: string): AttackDefinition {
  const attack = catalog.get(id);
  if (attack === undefined) throw new RangeError(`there is no attack "${id}"`);
  return attack;
}
