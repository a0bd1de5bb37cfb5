import assert from 'node:assert/strict';
import type { Model } from '../../../../../src/models/onnx/graph/graph.ts';
import { upgrade } from '../../../../../src/models/onnx/graph/upgrade.ts';
import { nativeRuntime } from '../../../../../src/models/onnx/session/runtime.ts';
import { type ModelSketch, makeModel, noise } from '../../../../support/onnx/makeModel.ts';

const dims = [2, 3, 4];
const runtime = nativeRuntime();

async function run(model: Model): Promise<{ dims: readonly number[]; data: Float32Array }> {
  const session = await runtime.open(model);
  const results = await session.run({ image: { type: 'float32', dims, data: noise(24) } });
  await session.close();
  const [result] = Object.values(results);
  return { dims: result?.dims ?? [], data: result?.data as unknown as Float32Array };
}

describe('A model in older operators', () => {
  const old: Record<string, ModelSketch['nodes'][number]['attributes']> = {
    Softmax: { axis: 1 },
    LogSoftmax: {},
    Hardmax: { axis: 2 },
    ReduceSum: { axes: [1], keepdims: 0 },
    Unsqueeze: { axes: [0, 4] },
    Split: { axis: 2, split: [1, 3] },
    Dropout: {},
  };
  for (const [operator, attributes] of Object.entries(old)) {
    it(`computes the same when it is brought up to date: ${operator}`, async () => {
      const outputs = operator === 'Split' ? ['y', 'rest'] : ['y'];
      const nodes = [{ operator, inputs: ['image'], outputs, ...(attributes ? { attributes } : {}) }];
      const model = makeModel({ input: { dims }, nodes, opset: 11 });
      const upgraded = upgrade(model);
      assert.equal(upgraded.opsets.get(''), 17);
      const [expected, actual] = [await run(model), await run(upgraded)];
      assert.deepEqual(actual.dims, expected.dims);
      for (const [i, value] of expected.data.entries()) assert.ok(Math.abs(value - (actual.data[i] as number)) < 1e-6);
    });
  }

  it('is left as it is when it is new enough, or too old', () => {
    const nodes = [{ operator: 'Relu', inputs: ['image'], outputs: ['y'] }];
    for (const opset of [9, 10, 17, 21]) {
      const model = makeModel({ input: { dims }, nodes, opset });
      assert.equal(upgrade(model), model);
    }
  });
});
