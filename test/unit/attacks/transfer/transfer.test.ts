import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { transferChecks } from './transferChecks.ts';

const transfer = catalog.get('transfer') as AttackDefinition;

describe('transfer', () => {
  itPasses(transferChecks, transfer);

  it('has the numbers of the papers, what suits the size and OPS for its presets', () => {
    const budget = { norm: 'linf', epsilon: 16 / 255 } as const;
    const common = { steps: 10, stepSize: 16 / 255 / 10, decay: 1 };
    const of = (given: object, preset: 'quick' | 'paper' = 'quick') =>
      completeParameters(transfer, { ...given }, preset, budget);
    assert.deepEqual(of({}), { method: 'by-size', copies: 20, ...common });
    assert.deepEqual(of({}, 'paper'), { method: 'ops', copies: 200, ...common });
    for (const [method, copies] of Object.entries({ mi: 1, di: 1, ti: 1, si: 5, vmi: 20 })) {
      assert.deepEqual(of({ method }), { method, copies, ...common });
    }
  });
});
