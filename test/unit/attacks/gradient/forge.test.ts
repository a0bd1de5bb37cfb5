import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { checkTest } from '../../../../src/settings/checkTest.ts';
import { itPasses } from '../../../support/checks.ts';
import { forgeChecks } from './forgeChecks.ts';

const forge = catalog.get('forge') as AttackDefinition;

describe('the forging of images', () => {
  itPasses(forgeChecks, forge);

  it('needs a target, but no dataset', () => {
    const settings = { model: 'signs', attack: 'forge', target: 'stop', expect: { successRate: 0 } };
    assert.deepEqual(checkTest(settings, catalog), []);
    const { target: _, ...aimless } = settings;
    assert.match(checkTest(aimless, catalog)[0]?.message ?? '', /"target" is missing/);
  });

  it('tells both names of its source', () => {
    assert.match(forge.description, /“non-targeted”.*“targeted”/);
  });
});
