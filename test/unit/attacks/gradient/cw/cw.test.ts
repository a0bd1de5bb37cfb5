import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../../src/parameters/complete.ts';
import { itPasses } from '../../../../support/checks.ts';
import { cwChecks } from './cwChecks.ts';

const cw = catalog.get('cw') as AttackDefinition;

describe('Carlini & Wagner', () => {
  itPasses(cwChecks, cw);

  it('has the parameters of the authors’ program with the preset of the paper', () => {
    for (const [norm, steps, learningRate, initialConstant] of [
      ['l2', 10_000, 0.01, 1e-3],
      ['l0', 1000, 0.01, 1e-3],
      ['linf', 1000, 0.005, 1e-5],
    ] as const) {
      assert.deepEqual(completeParameters(cw, {}, 'paper', { norm, epsilon: Infinity }), {
        confidence: 0,
        steps,
        learningRate,
        initialConstant,
        binarySearchSteps: 9,
      });
    }
  });

  it('wishes for the confidence that is asked for', () => {
    assert.equal(cw.confidence?.({ confidence: 7 }), 7);
  });
});
