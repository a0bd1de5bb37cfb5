import assert from 'node:assert/strict';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { startTensorFlow } from '../../../../../src/models/tfjs/backend.ts';
import {
  registerFilterGradients,
  replaceInputGradient,
} from '../../../../../src/models/tfjs/training/filterGradients.ts';

type Shape4D = [number, number, number, number];
type Pad = 'same' | 'valid' | number | [[number, number], [number, number], [number, number], [number, number]];

interface Case {
  input: Shape4D;
  filter: Shape4D;
  strides: [number, number];
  pad: Pad;
  dilations: [number, number];
}

const UNEVEN_PAD: Pad = [
  [0, 0],
  [2, 0],
  [1, 3],
  [0, 0],
];
const WIDE_PAD: Pad = [
  [0, 0],
  [4, 3],
  [3, 4],
  [0, 0],
];

const SAMPLING: Pick<Case, 'strides' | 'dilations'>[] = [
  { strides: [1, 1], dilations: [1, 1] },
  { strides: [2, 2], dilations: [1, 1] },
  { strides: [3, 1], dilations: [1, 1] },
  { strides: [1, 1], dilations: [2, 2] },
  { strides: [1, 1], dilations: [1, 3] },
];

const CASES: Case[] = SAMPLING.flatMap((sampling) =>
  (['same', 'valid', 1, UNEVEN_PAD, WIDE_PAD] satisfies Pad[]).flatMap((pad) => [
    { input: [2, 9, 8, 3], filter: [3, 3, 3, 4], pad, ...sampling },
    { input: [3, 8, 11, 2], filter: [2, 4, 2, 1], pad, ...sampling },
    { input: [1, 6, 7, 1], filter: [1, 1, 1, 3], pad, ...sampling },
  ]),
);

function nameOf({ input, filter, strides, pad, dilations }: Case): string {
  return `x ${input}, filter ${filter}, strides ${strides}, pad ${JSON.stringify(pad)}, dilations ${dilations}`;
}

/** Runs on one backend and brings the numbers home, because tensors do not mix across backends of this test. */
async function on(backend: 'cpu' | 'wasm', compute: () => tf.Tensor): Promise<Float32Array> {
  await tf.setBackend(backend);
  return tf.tidy(() => compute().dataSync() as Float32Array);
}

function uniform(shape: Shape4D, seed: number): tf.Tensor4D {
  return tf.randomUniform(shape, -1, 1, 'float32', seed);
}

function run(kernelName: string, inputs: tf.NamedTensorMap, attrs: object): tf.Tensor {
  return tf.engine().runKernel(kernelName, inputs, attrs as tf.NamedAttrMap);
}

function forward(depthwise: boolean, x: tf.Tensor4D, filter: tf.Tensor4D, c: Case): tf.Tensor4D {
  const convolve = depthwise ? tf.depthwiseConv2d : tf.conv2d;
  return convolve(x, filter, c.strides, c.pad as 'same', 'NHWC', c.dilations);
}

function outputShape(c: Case, depthwise: boolean): Shape4D {
  return tf.backend_util.computeConv2DInfo(c.input, c.filter, c.strides, c.dilations, c.pad, undefined, depthwise)
    .outShape as Shape4D;
}

function dot(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}

function assertClose(actual: Float32Array, expected: Float32Array, name: string): void {
  assert.equal(actual.length, expected.length);
  for (const [index, value] of expected.entries()) {
    const found = actual[index] as number;
    assert.ok(
      Math.abs(found - value) <= 1e-4 * (1 + Math.abs(value)),
      `${name}, at ${index}: ${found}, expected ${value}`,
    );
  }
}

const KERNELS = [
  { name: tf.Conv2DBackpropFilter, depthwise: false, of: 'filter' },
  { name: tf.Conv2DBackpropInput, depthwise: false, of: 'input' },
  { name: tf.DepthwiseConv2dNativeBackpropFilter, depthwise: true, of: 'filter' },
  { name: tf.DepthwiseConv2dNativeBackpropInput, depthwise: true, of: 'input' },
] as const;

describe('convolution gradients on the wasm backend', () => {
  let backend: string;
  after(() => tf.setBackend(backend));

  before(async () => {
    await startTensorFlow();
    backend = tf.getBackend();
    await tf.setBackend('wasm');
    registerFilterGradients();
    replaceInputGradient();
  });

  for (const kernel of KERNELS) {
    const gradient = (c: Case) => {
      const dy = uniform(outputShape(c, kernel.depthwise), 3);
      const attrs = { strides: c.strides, pad: c.pad, dilations: c.dilations, dataFormat: 'NHWC' };
      return kernel.of === 'filter'
        ? run(kernel.name, { x: uniform(c.input, 1), dy }, { ...attrs, filterShape: c.filter })
        : run(kernel.name, { dy, filter: uniform(c.filter, 2) }, { ...attrs, inputShape: c.input });
    };

    // The cpu kernels ignore dilations, and the engine's gradients never ask for them.
    it(`${kernel.name} agrees with the cpu kernel`, async () => {
      for (const c of CASES.filter(({ dilations }) => dilations.every((dilation) => dilation === 1))) {
        assertClose(await on('wasm', () => gradient(c)), await on('cpu', () => gradient(c)), nameOf(c));
      }
    });

    it(`${kernel.name} is the adjoint of the convolution`, async () => {
      for (const c of CASES) {
        const shape = kernel.of === 'filter' ? c.filter : c.input;
        const found = await on('wasm', () => gradient(c));
        const dy = await on('cpu', () => uniform(outputShape(c, kernel.depthwise), 3));
        const direction = await on('cpu', () => uniform(shape, 11));
        const change = await on('cpu', () =>
          kernel.of === 'filter'
            ? forward(kernel.depthwise, uniform(c.input, 1), uniform(c.filter, 11), c)
            : forward(kernel.depthwise, uniform(c.input, 11), uniform(c.filter, 2), c),
        );
        const expected = dot(change, dy);
        assert.ok(Math.abs(dot(found, direction) - expected) <= 1e-3 * (1 + Math.abs(expected)), nameOf(c));
      }
    });
  }

  it('leaves nothing but its result behind', async () => {
    await tf.setBackend('wasm');
    const x = uniform([2, 8, 8, 3], 1);
    const dy = uniform([2, 4, 4, 4], 2);
    const before = tf.memory();
    const attrs = { strides: [2, 2], pad: 'same', dataFormat: 'NHWC', filterShape: [3, 3, 3, 4] };
    const result = run(tf.Conv2DBackpropFilter, { x, dy }, attrs);
    const after = tf.memory();
    assert.equal(after.numTensors, before.numTensors + 1);
    assert.equal(after.numDataBuffers, before.numDataBuffers + 1);
    tf.dispose([x, dy, result]);
  });

  it('changes nothing when it is called again', () => {
    const registered = () => KERNELS.map(({ name }) => tf.getKernel(name, 'wasm').kernelFunc);
    const first = registered();
    registerFilterGradients();
    replaceInputGradient();
    assert.deepEqual(registered(), first);
  });

  it('refuses channels-first tensors', async () => {
    await tf.setBackend('wasm');
    const x = uniform([1, 4, 4, 4], 1);
    const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NCHW', filterShape: [1, 1, 4, 4] };
    assert.throws(() => run(tf.Conv2DBackpropFilter, { x, dy: x }, attrs), /NHWC/);
    x.dispose();
  });
});
