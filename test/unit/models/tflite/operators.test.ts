import assert from 'node:assert/strict';
import { rules } from '../../../../src/models/tflite/lowering/rules.ts';
import { readTfliteModel } from '../../../../src/models/tflite/readTfliteModel.ts';
import { itPasses } from '../../../support/checks.ts';
import { operatorsChecks, recorded } from './operatorsChecks.ts';

describe('Operators of TensorFlow Lite', () => {
  itPasses(operatorsChecks, readTfliteModel);

  it('are each tried', () => {
    const tried = new Set(Object.values(recorded).flatMap(({ operators }) => operators));
    const untried = Object.keys(rules).filter((name) => !tried.has(name));
    assert.deepEqual(untried, []);
  });
});
