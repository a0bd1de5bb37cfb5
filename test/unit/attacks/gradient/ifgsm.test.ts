import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { ifgsmChecks } from './ifgsmChecks.ts';

const ifgsm = catalog.get('ifgsm') as AttackDefinition;

describe('I-FGSM', () => {
  itPasses(ifgsmChecks, ifgsm);

  for (const [levels, steps] of [
    [1, 2],
    [2, 3],
    [4, 5],
    [8, 10],
    [16, 20],
    [32, 36],
  ] as const) {
    it(`takes ${steps} steps of one gray level by default in linf for ${levels}/255, as Kurakin does`, () => {
      const budget = { norm: 'linf', epsilon: levels / 255 } as const;
      assert.deepEqual(completeParameters(ifgsm, {}, 'quick', budget), { steps, stepSize: 1 / 255 });
    });
  }

  it('takes ten steps by default in l2, each a quarter of the budget', () => {
    const parameters = completeParameters(ifgsm, {}, 'quick', { norm: 'l2', epsilon: 2 });
    assert.deepEqual(parameters, { steps: 10, stepSize: 0.5 });
  });

  it('takes steps in l2 that follow from the number that is given', () => {
    const parameters = completeParameters(ifgsm, { steps: 5 }, 'quick', { norm: 'l2', epsilon: 2 });
    assert.deepEqual(parameters, { steps: 5, stepSize: 1 });
  });

  it('takes what is given, a fraction as the number it is', () => {
    const given = { steps: 3, stepSize: '2/255' };
    for (const preset of ['quick', 'paper'] as const) {
      const parameters = completeParameters(ifgsm, given, preset, { norm: 'linf', epsilon: 8 / 255 });
      assert.deepEqual(parameters, { steps: 3, stepSize: 2 / 255 });
    }
  });
});
