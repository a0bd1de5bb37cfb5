import assert from 'node:assert/strict';
import { catalogue } from '../../../src/attacks/catalogue.ts';
import type { AttackDefinition } from '../../../src/attacks/definition.ts';
import { checkTest } from '../../../src/settings/checkTest.ts';
import { itPasses } from '../../support/checks.ts';
import { linearChecks } from '../../support/linearChecks.ts';

describe('the linear explanation', () => {
  itPasses(linearChecks, catalogue.get('linear') as AttackDefinition);

  it('has the image in the middle of its points', () => {
    const settings = { model: 'signs', dataset: 'street', attack: 'linear', epsilon: 0.1 };
    const faults = (points: number) => checkTest({ ...settings, parameters: { points } }, catalogue);
    assert.deepEqual(faults(63), []);
    for (const points of [1, 40, 65]) {
      assert.match(faults(points)[0]?.message ?? '', /Give an odd number from 3 to 63\.$/);
    }
  });
});
