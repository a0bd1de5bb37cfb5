import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { deepfoolChecks } from './deepfoolChecks.ts';

const deepfool = catalog.get('deepfool') as AttackDefinition;

describe('DeepFool', () => {
  itPasses(deepfoolChecks, deepfool);

  it('has the parameters of its authors’ program', () => {
    const parameters = { steps: 50, classes: 10, overshoot: 0.02 };
    for (const preset of ['quick', 'paper'] as const) {
      assert.deepEqual(completeParameters(deepfool, {}, preset, { norm: 'l2', epsilon: Infinity }), parameters);
    }
  });
});
