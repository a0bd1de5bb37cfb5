import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { elementCount } from '../../../../../src/models/onnx/graph/graph.ts';
import { rules } from '../../../../../src/models/tensorflow/lowering/rules.ts';
import { GraphMessage } from '../../../../../src/models/tensorflow/messages.ts';
import { computeTensorFlow } from '../../../../support/computeTensorFlow.ts';

interface Case {
  /** A GraphDef in base64. */
  readonly graph: string;
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
}

const file = path.join(import.meta.dirname, '..', '..', '..', '..', 'fixtures', 'tensorflow', 'operators.json');
const { images, operators } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly images: readonly number[];
  readonly operators: Readonly<Record<string, readonly Case[]>>;
};
const dims = [2, 4, 6, 3];

/** What models have that TensorFlow itself has no function for, or keeps for its own use: see fused.test.ts, and the tests of files. */
const elsewhere = new Set([
  ...['_FusedConv2D', 'FusedDepthwiseConv2dNative', '_FusedDepthwiseConv2dNative', '_FusedMatMul', '_FusedBatchNormEx'],
  ...['Prelu', 'ReluN1To1', 'GeluExact', 'GeluApproximate', 'AccumulateNV2'],
  ...['VarHandleOp', 'ReadVariableOp', 'VariableV2', 'Variable'],
]);

describe('operators of TensorFlow', () => {
  for (const [operator, cases] of Object.entries(operators)) {
    for (const [index, { graph, shape, numbers }] of cases.entries()) {
      it(`are computed as by TensorFlow: ${operator}, ${index + 1}`, async () => {
        const found = await computeTensorFlow(
          GraphMessage.decode(Buffer.from(graph, 'base64')),
          dims,
          Float32Array.from(images),
        );
        assert.deepEqual(found.dims, shape);
        const data = found.data as Float32Array;
        assert.equal(data.length, elementCount(shape));
        const largest = Math.max(1, ...numbers.map(Math.abs));
        const wrong = numbers.findIndex((number, i) => !(Math.abs(number - (data[i] as number)) <= 1e-4 * largest));
        assert.equal(wrong, -1, `${data[wrong]} is not ${numbers[wrong]}, at ${wrong}`);
      });
    }
  }

  it('are all compared with it', () => {
    const untested = Object.keys(rules).filter(
      (operator) => !Object.hasOwn(operators, operator) && !elsewhere.has(operator),
    );
    assert.deepEqual(untested, []);
  });
});
