import assert from 'node:assert/strict';
import type { Model } from '../../../../../src/models/onnx/graph/graph.ts';
import { inspect } from '../../../../../src/models/onnx/graph/inspect.ts';
import { widenBatch } from '../../../../../src/models/onnx/graph/widenBatch.ts';
import { nativeRuntime } from '../../../../../src/models/onnx/session/runtime.ts';
import { type ModelSketch, makeModel, noise } from '../../../../support/onnx/makeModel.ts';

const runtime = nativeRuntime();
const dims = [1, 3, 4, 4];
const kernels = { w: { dims: [2, 3, 3, 3], values: noise(54) } };
const convolution = { operator: 'Conv', inputs: ['image', 'w'], outputs: ['maps'] };

async function widened(sketch: Omit<ModelSketch, 'input'>): Promise<Model | undefined> {
  return widenBatch(await inspect(makeModel({ input: { dims }, ...sketch }), dims, runtime));
}

/** What a model of one input gives for a batch. */
async function outputOf(model: Model, batch: number, data: Float32Array): Promise<number[]> {
  const session = await runtime.open(model);
  const results = await session.run({ image: { type: 'float32', dims: [batch, ...dims.slice(1)], data } });
  await session.close();
  return Array.from(Object.values(results)[0]?.data as unknown as Float32Array);
}

describe('A model that was exported for one image', () => {
  it('takes a batch where every operator keeps images apart, with the same results', async () => {
    const sketch: Omit<ModelSketch, 'input'> = {
      constants: {
        ...kernels,
        target: { ints: [1, -1] },
        v: { dims: [8, 3], values: noise(24, 2) },
        c: { dims: [3], values: [1, 2, 3] },
      },
      nodes: [
        convolution,
        { operator: 'Relu', inputs: ['maps'], outputs: ['active'] },
        { operator: 'Reshape', inputs: ['active', 'target'], outputs: ['flat'] },
        { operator: 'MatMul', inputs: ['flat', 'v'], outputs: ['product'] },
        { operator: 'Add', inputs: ['product', 'c'], outputs: ['logits'] },
      ],
    };
    await assertSame(sketch);
  });

  it('takes a batch of images that each have a grid of their own to be sampled at', () =>
    assertSame({
      constants: { from: { ints: [0] }, to: { ints: [2] }, last: { ints: [3] } },
      nodes: [
        { operator: 'Transpose', inputs: ['image'], outputs: ['turned'], attributes: { perm: [0, 2, 3, 1] } },
        { operator: 'Slice', inputs: ['turned', 'from', 'to', 'last'], outputs: ['places'] },
        { operator: 'Atan', inputs: ['places'], outputs: ['grid'] },
        { operator: 'GridSample', inputs: ['image', 'grid'], outputs: ['sampled'] },
        { operator: 'Flatten', inputs: ['sampled'], outputs: ['logits'] },
      ],
    }));

  async function assertSame(sketch: Omit<ModelSketch, 'input'>): Promise<void> {
    const wide = await widened(sketch);
    assert.ok(wide, 'it was not widened');
    const images = noise(3 * 48);
    const single = makeModel({ input: { dims }, ...sketch });
    const expected: number[] = [];
    for (let i = 0; i < 3; i++) expected.push(...(await outputOf(single, 1, images.slice(48 * i, 48 * (i + 1)))));
    const actual = await outputOf(wide, 3, images);
    assert.equal(actual.length, expected.length);
    for (const [i, value] of actual.entries()) {
      assert.ok(Math.abs(value - (expected[i] as number)) < 1e-5, `${value} at ${i} is not ${expected[i]}`);
    }
  }

  const mixing: Record<string, Omit<ModelSketch, 'input'>> = {
    'a reduction over the first axis': {
      constants: { ...kernels, axes: { ints: [0] } },
      nodes: [convolution, { operator: 'ReduceSum', inputs: ['maps', 'axes'], outputs: ['sum'] }],
    },
    'a transposition that moves the first axis': {
      nodes: [{ operator: 'Transpose', inputs: ['image'], outputs: ['moved'], attributes: { perm: [1, 0, 2, 3] } }],
    },
    'a constant that holds something for one image only, joined to it': {
      constants: { token: { dims: [1, 1, 4, 4], values: noise(16) } },
      nodes: [{ operator: 'Concat', inputs: ['token', 'image'], outputs: ['joined'], attributes: { axis: 1 } }],
    },
    'a shape that loses the first axis': {
      constants: { target: { ints: [3, 16] } },
      nodes: [{ operator: 'Reshape', inputs: ['image', 'target'], outputs: ['matrix'] }],
    },
    'an operator that is not known to keep images apart': {
      nodes: [{ operator: 'MeanVarianceNormalization', inputs: ['image'], outputs: ['normal'] }],
    },
    'a softmax over the first axis': {
      nodes: [{ operator: 'Softmax', inputs: ['image'], outputs: ['p'], attributes: { axis: 0 } }],
    },
  };
  for (const [title, sketch] of Object.entries(mixing)) {
    it(`is left alone because of ${title}`, async () => {
      assert.equal(await widened(sketch), undefined);
    });
  }
});
