import { catalogue } from '../../../src/attacks/catalogue.ts';
import type { AttackDefinition } from '../../../src/attacks/definition.ts';
import { itPasses } from '../../support/checks.ts';
import { fgsmChecks } from '../../support/fgsmChecks.ts';

describe('FGSM', () => {
  itPasses(fgsmChecks, catalogue.get('fgsm') as AttackDefinition);
});
