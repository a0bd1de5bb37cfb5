import { ensemble } from '../../../src/attacks/ensemble.ts';
import { itPasses } from '../../support/checks.ts';
import { itFailsOf } from '../../support/mutants/itFailsOf.ts';
import { ensembleChecks } from './ensembleChecks.ts';

describe('a list of attacks', () => {
  itPasses(ensembleChecks, ensemble);

  describe('is told from broken ones', () => {
    itFailsOf(ensembleChecks, 'attacks/ensemble.ts', 'ensemble', {
      'the first attack alone is run': ['of attempt.parameters.attacks)', 'of attempt.parameters.attacks.slice(0, 1))'],
      'parts have no names': ['yield* stage(title);', ''],
      'each attack has the parameters of the list': ['run({ ...attempt, parameters })', 'run(attempt)'],
      'members do not have the preset': ['parameters, preset, budget)', "parameters, 'quick', budget)"],
      'parameters that are given are lost': ['memberOf(attack), parameters, preset', 'memberOf(attack), {}, preset'],
      'the cost is that of one': ['sum + memberOf', '0 * sum + memberOf'],
    });
  });
});
