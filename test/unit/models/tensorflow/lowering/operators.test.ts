import assert from 'node:assert/strict';
import { lower } from '../../../../../src/models/tensorflow/lowering/lower.ts';
import { rules } from '../../../../../src/models/tensorflow/lowering/rules.ts';
import { itPasses } from '../../../../support/checks.ts';
import { checksOf, compared } from './operatorsChecks.ts';

/** What models have that TensorFlow itself has no function for, or keeps for its own use: see fused.test.ts, and the tests of files. */
const elsewhere = new Set([
  ...['_FusedConv2D', 'FusedDepthwiseConv2dNative', '_FusedDepthwiseConv2dNative', '_FusedMatMul', '_FusedBatchNormEx'],
  ...['Prelu', 'ReluN1To1', 'GeluExact', 'GeluApproximate', 'AccumulateNV2'],
  ...['VarHandleOp', 'ReadVariableOp', 'VariableV2', 'Variable'],
]);

describe('operators of TensorFlow', () => {
  for (const operator of compared) itPasses(checksOf(operator), lower);

  it('are all compared with it', () => {
    const untested = Object.keys(rules).filter((operator) => !compared.includes(operator) && !elsewhere.has(operator));
    assert.deepEqual(untested, []);
  });
});
