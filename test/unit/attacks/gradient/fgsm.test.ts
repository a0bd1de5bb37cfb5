import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { itPasses } from '../../../support/checks.ts';
import { fgsmChecks } from './fgsmChecks.ts';

describe('FGSM', () => {
  itPasses(fgsmChecks, catalog.get('fgsm') as AttackDefinition);
});
