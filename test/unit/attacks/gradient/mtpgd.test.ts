import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { mtpgdChecks } from './mtpgdChecks.ts';

const mtpgd = catalog.get('mtpgd') as AttackDefinition;

describe('Multi-targeted PGD', () => {
  itPasses(mtpgdChecks, mtpgd);

  it('tries nine classes from the image by default, with the steps of PGD', () => {
    const budget = { norm: 'linf', epsilon: 2 } as const;
    const quick = { steps: 20, stepSize: 0.25, restarts: 1, classes: 9 };
    assert.deepEqual(completeParameters(mtpgd, {}, 'quick', budget), quick);
    const paper = { steps: 100, stepSize: 0.05, restarts: 20, classes: 9 };
    assert.deepEqual(completeParameters(mtpgd, {}, 'paper', budget), paper);
  });
});
