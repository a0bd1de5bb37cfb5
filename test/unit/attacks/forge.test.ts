import assert from 'node:assert/strict';
import { catalogue } from '../../../src/attacks/catalogue.ts';
import type { AttackDefinition } from '../../../src/attacks/definition.ts';
import { checkTest } from '../../../src/settings/checkTest.ts';
import { itPasses } from '../../support/checks.ts';
import { forgeChecks } from '../../support/forgeChecks.ts';

const forge = catalogue.get('forge') as AttackDefinition;

describe('the forging of images', () => {
  itPasses(forgeChecks, forge);

  it('needs a target, but no dataset', () => {
    const settings = { model: 'signs', attack: 'forge', target: 'stop', expect: { successRate: 0 } };
    assert.deepEqual(checkTest(settings, catalogue), []);
    const { target: _, ...aimless } = settings;
    assert.match(checkTest(aimless, catalogue)[0]?.message ?? '', /"target" is missing/);
  });

  it('tells both names of its source', () => {
    assert.match(forge.description, /“non-targeted”.*“targeted”/);
  });
});
