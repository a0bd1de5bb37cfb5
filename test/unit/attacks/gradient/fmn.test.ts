import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { fmnChecks } from './fmnChecks.ts';

const fmn = catalog.get('fmn') as AttackDefinition;

describe('FMN', () => {
  itPasses(fmnChecks, fmn);

  it('takes 100 steps by default and the 1,000 of the paper with its preset, the first ten times longer in linf', () => {
    const l2 = { norm: 'l2', epsilon: Infinity } as const;
    const linf = { norm: 'linf', epsilon: Infinity } as const;
    assert.deepEqual(completeParameters(fmn, {}, 'quick', l2), { steps: 100, stepSize: 1, gamma: 0.05 });
    assert.deepEqual(completeParameters(fmn, {}, 'paper', linf), { steps: 1000, stepSize: 10, gamma: 0.05 });
  });
});
