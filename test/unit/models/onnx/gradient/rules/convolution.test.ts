import assert from 'node:assert/strict';
import fc from 'fast-check';
import { convolution } from '../../../../../../src/models/onnx/gradient/rules/convolution.ts';
import { elementCount, type Graph } from '../../../../../../src/models/onnx/graph/graph.ts';
import { GraphBuilder } from '../../../../../../src/models/onnx/graph/graphBuilder.ts';
import {
  checkGradient,
  checkGraph,
  type GradientCheck,
  type InputSpec,
  randomNumbers,
} from '../../../../../support/onnx/checkGradient.ts';
import { type Axis, axes, listOf } from '../../../../../support/onnx/windows.ts';

type Case = Omit<GradientCheck, 'operator'>;

/** An image, weights, and a bias for each of so many outputs. */
const inputs = (x: readonly number[], w: readonly number[], bias?: number): InputSpec[] => [
  { dims: x },
  { dims: w, constant: true },
  ...(bias === undefined ? [] : [{ dims: [bias], constant: true as const }]),
];

const cases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  Conv: {
    'a plain one': { inputs: inputs([2, 2, 4, 5], [3, 2, 3, 3], 3) },
    'over one axis': { inputs: inputs([2, 2, 7], [3, 2, 3]), attributes: { strides: [2], pads: [1, 0] } },
    'over three axes': {
      inputs: inputs([1, 1, 3, 4, 3], [2, 1, 2, 3, 2]),
      attributes: { pads: [1, 1, 0, 0, 1, 1] },
    },
    'over three axes with strides': {
      inputs: inputs([1, 1, 3, 4, 5], [2, 1, 2, 3, 2]),
      attributes: { strides: [2, 1, 2], pads: [1, 1, 0, 0, 1, 1] },
    },
    'with one pixel and stride 2': { inputs: inputs([1, 3, 5, 6], [2, 3, 1, 1]), attributes: { strides: [2, 2] } },
    'in groups': { inputs: inputs([1, 4, 4, 4], [6, 2, 3, 3]), attributes: { group: 2, pads: [1, 1, 1, 1] } },
    'in groups with strides': {
      inputs: inputs([1, 4, 5, 6], [6, 2, 3, 3]),
      attributes: { group: 2, strides: [2, 2], pads: [1, 1, 1, 1] },
    },
    depthwise: { inputs: inputs([1, 3, 5, 5], [3, 1, 3, 3]), attributes: { group: 3, pads: [1, 1, 1, 1] } },
    'depthwise with strides': {
      inputs: inputs([1, 3, 6, 6], [3, 1, 3, 3]),
      attributes: { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] },
    },
    'depthwise with several outputs': { inputs: inputs([1, 2, 4, 4], [4, 1, 2, 2]), attributes: { group: 2 } },
    dilated: { inputs: inputs([1, 2, 6, 7], [2, 2, 2, 3]), attributes: { dilations: [3, 2], pads: [1, 2, 0, 1] } },
    'dilated with strides': {
      inputs: inputs([1, 2, 7, 8], [2, 2, 3, 2]),
      attributes: { dilations: [2, 3], strides: [2, 3], pads: [1, 2, 0, 1] },
    },
    'with pads beyond the reach of the kernel': {
      inputs: inputs([1, 1, 3, 3], [2, 1, 2, 2]),
      attributes: { pads: [3, 1, 2, 4] },
    },
    'with pads beyond the reach of the kernel and strides': {
      inputs: inputs([1, 1, 3, 3], [2, 1, 2, 2]),
      attributes: { pads: [3, 1, 2, 4], strides: [2, 3] },
    },
    'with rows that no window sees': { inputs: inputs([1, 1, 6, 7], [2, 1, 2, 2]), attributes: { strides: [4, 3] } },
    'auto_pad SAME_UPPER': { inputs: inputs([1, 2, 5, 6], [2, 2, 2, 4]), attributes: { auto_pad: 'SAME_UPPER' } },
    'auto_pad SAME_LOWER': { inputs: inputs([1, 2, 5, 6], [2, 2, 2, 4]), attributes: { auto_pad: 'SAME_LOWER' } },
    'auto_pad SAME_UPPER with strides': {
      inputs: inputs([1, 1, 5, 6], [2, 1, 3, 2]),
      attributes: { auto_pad: 'SAME_UPPER', strides: [2, 3] },
    },
    'auto_pad SAME_LOWER with strides': {
      inputs: inputs([1, 1, 6, 6], [2, 1, 3, 4]),
      attributes: { auto_pad: 'SAME_LOWER', strides: [2, 3] },
    },
    'auto_pad VALID': { inputs: inputs([1, 1, 4, 4], [2, 1, 3, 2]), attributes: { auto_pad: 'VALID' } },
    'in the newest version': { inputs: inputs([1, 1, 4, 4], [2, 1, 3, 2]), opset: 22 },
  },
  ConvTranspose: {
    'a plain one': { inputs: inputs([2, 2, 3, 4], [2, 3, 3, 3], 3) },
    'over one axis': { inputs: inputs([1, 2, 4], [2, 3, 3]), attributes: { strides: [2], pads: [1, 0] } },
    'over three axes': {
      inputs: inputs([1, 1, 2, 3, 2], [1, 2, 2, 3, 2]),
      attributes: { strides: [2, 1, 2], pads: [1, 0, 0, 0, 1, 1] },
    },
    'with output_padding': {
      inputs: inputs([1, 2, 3, 4], [2, 2, 3, 3]),
      attributes: { strides: [2, 3], pads: [1, 1, 1, 1], output_padding: [1, 2] },
    },
    'with output_padding beyond the pads': {
      inputs: inputs([1, 2, 3, 3], [2, 2, 2, 2]),
      attributes: { strides: [3, 3], output_padding: [2, 1] },
    },
    'in groups': { inputs: inputs([1, 4, 3, 3], [4, 3, 2, 2]), attributes: { group: 2, strides: [2, 2] } },
    depthwise: { inputs: inputs([1, 3, 3, 3], [3, 1, 3, 3]), attributes: { group: 3, strides: [2, 2] } },
    dilated: {
      inputs: inputs([1, 1, 3, 4], [1, 2, 2, 3]),
      attributes: { dilations: [3, 2], strides: [2, 1], pads: [1, 2, 0, 1] },
    },
    'with output_shape': {
      inputs: inputs([1, 2, 3, 3], [2, 2, 3, 3]),
      attributes: { strides: [2, 2], output_shape: [6, 4] },
    },
    'with an output_shape that no kernel covers': {
      inputs: inputs([1, 1, 3, 3], [1, 2, 2, 2]),
      attributes: { strides: [2, 2], output_shape: [7, 6] },
    },
    'with output_shape and SAME_UPPER': {
      inputs: inputs([1, 2, 3, 3], [2, 2, 4, 3]),
      attributes: { strides: [2, 2], output_shape: [5, 6], auto_pad: 'SAME_UPPER' },
    },
    'auto_pad SAME_UPPER': {
      inputs: inputs([1, 1, 3, 4], [1, 2, 3, 4]),
      attributes: { strides: [2, 1], auto_pad: 'SAME_UPPER' },
    },
    'auto_pad SAME_LOWER': {
      inputs: inputs([1, 1, 3, 4], [1, 2, 3, 4]),
      attributes: { strides: [2, 1], auto_pad: 'SAME_LOWER' },
    },
    'auto_pad VALID': { inputs: inputs([1, 1, 3, 3], [1, 2, 3, 2]), attributes: { auto_pad: 'VALID' } },
  },
};

/** The same convolution of more channels than pixels have, whose gradient is computed in another way. */
function widened({ inputs: [x, w, bias], attributes, ...rest }: Case): Case {
  const factor = 5;
  const groups = Number(attributes?.group ?? 1);
  const [images = 1, channels = 1, ...spatial] = x?.dims ?? [];
  const [outputs = 1, perGroup = 1, ...kernel] = w?.dims ?? [];
  const [more, perGroupNow] = groups === 1 ? [1, factor * perGroup] : [factor, perGroup];
  return {
    ...rest,
    attributes: { ...attributes, group: groups * more },
    inputs: inputs(
      [images, factor * channels, ...spatial],
      [more * outputs, perGroupNow, ...kernel],
      bias && more * outputs,
    ),
  };
}

describe('gradient rules of convolutions', () => {
  for (const [operator, variants] of Object.entries(cases)) {
    for (const [name, variant] of Object.entries(variants)) {
      it(`${operator}: ${name}`, () => checkGradient({ operator, ...variant }));
    }
  }

  for (const [name, variant] of Object.entries(cases.Conv ?? {})) {
    it(`Conv of many channels: ${name}`, () => checkGradient({ operator: 'Conv', ...widened(variant) }));
  }

  it('are all checked', () => assert.deepEqual(Object.keys(cases).sort(), Object.keys(convolution).sort()));

  it('Conv of any geometry', () =>
    fc.assert(
      fc.asyncProperty(
        axes({ pad: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 1, max: 2 }),
        fc.boolean(),
        conv,
      ),
      { numRuns: 60 },
    ));

  async function conv(
    along: readonly Axis[],
    group: number,
    perGroup: number,
    filters: number,
    isComputed: boolean,
  ): Promise<void> {
    await checkGradient({
      operator: 'Conv',
      inputs: inputs(
        [1, group * perGroup, ...listOf(along, 'size')],
        [group * filters, perGroup, ...listOf(along, 'kernel')],
      ).map(({ dims, ...rest }) => (isComputed ? { dims } : { dims, ...rest })),
      attributes: {
        group,
        strides: listOf(along, 'stride'),
        dilations: listOf(along, 'dilation'),
        pads: [...listOf(along, 'before'), ...listOf(along, 'after')],
      },
    });
  }

  it('ConvTranspose of any geometry', () =>
    fc.assert(
      fc.asyncProperty(
        axes({ pad: 1 }),
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 0, max: 2 }),
        fc.boolean(),
        convTranspose,
      ),
      { numRuns: 35 },
    ));

  async function convTranspose(
    along: readonly Axis[],
    group: number,
    more: number,
    isComputed: boolean,
  ): Promise<void> {
    await checkGradient({
      operator: 'ConvTranspose',
      inputs: inputs(
        [1, group * 2, ...along.map(({ extra, before, after }) => extra + before + after + 1)],
        [group * 2, 2, ...listOf(along, 'kernel')],
      ).map(({ dims, ...rest }) => (isComputed ? { dims } : { dims, ...rest })),
      attributes: {
        group,
        strides: listOf(along, 'stride'),
        dilations: listOf(along, 'dilation'),
        pads: [...listOf(along, 'before'), ...listOf(along, 'after')],
        // ONNX Runtime wants it to be smaller than the stride, whatever the dilation.
        output_padding: along.map(({ stride }) => Math.min(more, stride - 1)),
      },
    });
  }

  it('convolutions of many channels, which ONNX Runtime computes in its blocked layout', () => {
    const build = new GraphBuilder(17, '');
    const kernels = (...dims: number[]) =>
      build.floats(randomNumbers(dims.length)(elementCount(dims), -0.5, 0.5), dims);
    const layers: readonly { operator: string; w: string; attributes: GradientCheck['attributes'] }[] = [
      { operator: 'Conv', w: kernels(16, 1, 3, 3), attributes: { pads: [1, 1, 1, 1] } },
      { operator: 'Conv', w: kernels(32, 16, 3, 3), attributes: { pads: [1, 1, 1, 1], strides: [2, 2] } },
      { operator: 'Conv', w: kernels(32, 1, 3, 3), attributes: { pads: [1, 1, 1, 1], group: 32 } },
      { operator: 'ConvTranspose', w: kernels(32, 16, 2, 2), attributes: { strides: [2, 2] } },
      { operator: 'Conv', w: kernels(16, 1, 3, 3), attributes: { pads: [0, 0, 1, 1], strides: [2, 2], group: 16 } },
      { operator: 'Conv', w: kernels(3, 16, 1, 1), attributes: {} },
    ];
    const last = layers.reduce((x, { operator, w, attributes }) => build.op(operator, [x, w], attributes), 'x');
    const dims = [1, 1, 4, 4];
    const graph: Graph = {
      inputs: [{ name: 'x', type: 'float32', dims }],
      outputs: [{ name: last }],
      nodes: build.nodes,
      constants: build.constants,
    };
    return checkGraph(graph, randomNumbers(1)(16, -2, 2), { what: 'convolutions in blocks' });
  });

  for (const [operator, variants] of Object.entries(cases)) {
    it(`${operator} with weights that depend on the image, in every variant`, async () => {
      for (const { inputs, ...variant } of Object.values(variants)) {
        const computed = inputs.map((input) => input && { dims: input.dims });
        await checkGradient({ operator, ...variant, inputs: computed });
        // An image that is known, and weights that are not.
        const known = computed.map((input, index) =>
          input && index === 0 ? { ...input, constant: true as const } : input,
        );
        await checkGradient({ operator, ...variant, inputs: known });
      }
    }).timeout(60_000);
  }
});
