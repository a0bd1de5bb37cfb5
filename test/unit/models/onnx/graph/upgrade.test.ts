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

  const float = (value: number) => ({ kind: 'float', value }) as const;
  const floats = (value: readonly number[]) => ({ kind: 'floats', value }) as const;
  const older: readonly (ModelSketch['nodes'][number] & { readonly opset: number })[] = [
    {
      opset: 8,
      operator: 'Clip',
      inputs: ['image'],
      outputs: ['y'],
      attributes: { min: float(-0.25), max: float(0.5) },
    },
    { opset: 7, operator: 'Clip', inputs: ['image'], outputs: ['y'], attributes: { min: float(0) } },
    {
      opset: 10,
      operator: 'Pad',
      inputs: ['image'],
      outputs: ['y'],
      attributes: { pads: [0, 1, 0, 0, 0, 2], value: float(0.5) },
    },
    {
      opset: 7,
      operator: 'Pad',
      inputs: ['image'],
      outputs: ['y'],
      attributes: { mode: 'reflect', pads: [0, 1, 1, 0, 1, 2] },
    },
    {
      opset: 9,
      operator: 'Slice',
      inputs: ['image'],
      outputs: ['y'],
      attributes: { axes: [1, 2], starts: [1, -3], ends: [3, 99] },
    },
    { opset: 8, operator: 'Slice', inputs: ['image'], outputs: ['y'], attributes: { starts: [0, 1], ends: [1, 2] } },
    { opset: 9, operator: 'TopK', inputs: ['image'], outputs: ['y', 'indices'], attributes: { k: 2 } },
    { opset: 7, operator: 'Upsample', inputs: ['image'], outputs: ['y'], attributes: { scales: floats([1, 2, 3]) } },
    { opset: 9, operator: 'Upsample', inputs: ['image', 'scales'], outputs: ['y'], attributes: { mode: 'nearest' } },
    { opset: 10, operator: 'Resize', inputs: ['image', 'scales'], outputs: ['y'], attributes: { mode: 'nearest' } },
    { opset: 8, operator: 'Softmax', inputs: ['image'], outputs: ['y'] },
    { opset: 7, operator: 'Dropout', inputs: ['image'], outputs: ['y'], attributes: { ratio: float(0.5) } },
  ];
  for (const { opset, ...node } of older) {
    it(`computes the same when it is brought up to date from version ${opset}: ${node.operator}`, async () => {
      const scales = { scales: { dims: [3], values: [1, 2, 2] } };
      const model = makeModel({
        input: { dims },
        nodes: [node],
        opset,
        outputs: [{ name: 'y', type: 'float32' }],
        ...(node.inputs.includes('scales') && { constants: scales }),
      });
      const upgraded = upgrade(model);
      assert.equal(upgraded.opsets.get(''), 17);
      const [expected, actual] = [await run(model), await run(upgraded)];
      assert.deepEqual(actual.dims, expected.dims);
      assert.deepEqual(actual.data, expected.data);
    });
  }

  it('is left as it is when it is new enough, or too old', () => {
    const nodes = [{ operator: 'Relu', inputs: ['image'], outputs: ['y'] }];
    for (const opset of [5, 6, 17, 21]) {
      const model = makeModel({ input: { dims }, nodes, opset });
      assert.equal(upgrade(model), model);
    }
  });
});
