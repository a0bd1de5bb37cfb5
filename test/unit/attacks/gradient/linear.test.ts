import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { checkTest } from '../../../../src/settings/checkTest.ts';
import { itPasses } from '../../../support/checks.ts';
import { linearChecks } from './linearChecks.ts';

describe('the linear explanation', () => {
  itPasses(linearChecks, catalog.get('linear') as AttackDefinition);

  it('has the image in the middle of its points', () => {
    const settings = { model: 'signs', dataset: 'street', attack: 'linear', epsilon: 0.1 };
    const faults = (points: number) => checkTest({ ...settings, parameters: { points } }, catalog);
    assert.deepEqual(faults(63), []);
    for (const points of [1, 40, 65]) {
      assert.match(faults(points)[0]?.message ?? '', /[Ee]nter an odd number from 3 to 63\.$/);
    }
  });
});
