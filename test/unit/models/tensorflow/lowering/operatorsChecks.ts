import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { elementCount } from '../../../../../src/models/onnx/graph/graph.ts';
import type { lower } from '../../../../../src/models/tensorflow/lowering/lower.ts';
import { GraphMessage } from '../../../../../src/models/tensorflow/messages.ts';
import type { Checks } from '../../../../support/checks.ts';
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

/** The operators that are compared with TensorFlow. */
export const compared = Object.keys(operators);

/** What ONNX Runtime computes of an operator's graphs is what TensorFlow has computed. */
export function checksOf(operator: string): Checks<typeof lower> {
  const cases = operators[operator] ?? assert.fail(operator);
  const checks = cases.map(({ graph, shape, numbers }, index) => {
    const check = async (subject: typeof lower) => {
      const message = GraphMessage.decode(Buffer.from(graph, 'base64'));
      const found = await computeTensorFlow(message, dims, Float32Array.from(images), subject);
      assert.deepEqual(found.dims, shape);
      const data = found.data as Float32Array;
      assert.equal(data.length, elementCount(shape));
      const largest = Math.max(1, ...numbers.map(Math.abs));
      const wrong = numbers.findIndex((number, i) => !(Math.abs(number - (data[i] as number)) <= 1e-4 * largest));
      assert.equal(wrong, -1, `${data[wrong]} is not ${numbers[wrong]}, at ${wrong}`);
    };
    return [`is computed as by TensorFlow: ${operator}, ${index + 1}`, check] as const;
  });
  return Object.fromEntries(checks);
}
