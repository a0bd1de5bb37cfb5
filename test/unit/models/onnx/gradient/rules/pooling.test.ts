import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pooling } from '../../../../../../src/models/onnx/gradient/rules/pooling.ts';
import { elementCount, type Graph } from '../../../../../../src/models/onnx/graph/graph.ts';
import { GraphBuilder } from '../../../../../../src/models/onnx/graph/graphBuilder.ts';
import {
  checkGradient,
  checkGraph,
  type GradientCheck,
  type InputSpec,
  randomNumbers,
} from '../../../../../support/onnx/checkGradient.ts';
import { tensor } from '../../../../../support/onnx/reference/tensor.ts';
import { runGradient } from '../../../../../support/onnx/runGradient.ts';
import { type Axis, axes, listOf } from '../../../../../support/onnx/windows.ts';

type Case = Omit<GradientCheck, 'operator'>;

/** An image of numbers that are all apart, of either sign, and none near 0: away from every kink. */
function distinct(dims: readonly number[]): InputSpec {
  const count = elementCount(dims);
  const keys = randomNumbers(7)(count, 0, 1);
  const order = keys.map((_, i) => i).sort((a, b) => (keys[a] as number) - (keys[b] as number));
  return { dims, values: order.map((rank) => Math.fround((rank - count / 2 + 0.25) * 0.04)) };
}

const over = (x: readonly number[], attributes: GradientCheck['attributes'], opset = 17): Case => ({
  inputs: [distinct(x)],
  attributes: attributes ?? {},
  opset,
});

/** Geometries that every pool over windows has. */
const windows = (attributes: GradientCheck['attributes'] = {}, opset = 17): Record<string, Case> => ({
  'without overlap': over([2, 2, 4, 6], { kernel_shape: [2, 3], strides: [2, 3], ...attributes }, opset),
  'with stride 1': over([1, 2, 4, 4], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], ...attributes }, opset),
  overlapping: over([1, 2, 5, 6], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ...attributes }, opset),
  'with uneven pads': over(
    [1, 1, 5, 6],
    { kernel_shape: [3, 2], strides: [2, 1], pads: [2, 0, 1, 1], ...attributes },
    opset,
  ),
  'over one axis': over([1, 2, 7], { kernel_shape: [3], strides: [2], pads: [1, 1], ...attributes }, opset),
  'over three axes': over([1, 1, 4, 3, 4], { kernel_shape: [2, 2, 3], strides: [2, 1, 1], ...attributes }, opset),
  'with rows that no window sees': over([1, 1, 6, 7], { kernel_shape: [2, 2], strides: [4, 3], ...attributes }, opset),
  'auto_pad SAME_UPPER': over(
    [1, 1, 5, 6],
    { kernel_shape: [2, 3], strides: [2, 2], auto_pad: 'SAME_UPPER', ...attributes },
    opset,
  ),
  'auto_pad SAME_LOWER': over(
    [1, 1, 5, 6],
    { kernel_shape: [2, 3], strides: [2, 2], auto_pad: 'SAME_LOWER', ...attributes },
    opset,
  ),
  'auto_pad VALID': over(
    [1, 1, 5, 6],
    { kernel_shape: [2, 3], strides: [2, 2], auto_pad: 'VALID', ...attributes },
    opset,
  ),
});

/** Those that not every version has. */
const rounded = (attributes: GradientCheck['attributes'] = {}, opset = 17): Record<string, Case> => ({
  ceil_mode: over([1, 1, 5, 6], { kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1, ...attributes }, opset),
  'ceil_mode with pads': over(
    [1, 1, 6, 7],
    { kernel_shape: [3, 3], strides: [3, 2], pads: [1, 0, 1, 1], ceil_mode: 1, ...attributes },
    opset,
  ),
});
const dilated = (attributes: GradientCheck['attributes'] = {}, opset = 19): Record<string, Case> => ({
  dilated: over([1, 1, 6, 7], { kernel_shape: [2, 3], dilations: [3, 2], ...attributes }, opset),
  'dilated with strides and pads': over(
    [1, 1, 7, 7],
    { kernel_shape: [3, 2], dilations: [2, 2], strides: [2, 1], pads: [1, 1, 1, 0], ...attributes },
    opset,
  ),
});

const named = (suffix: string, all: Record<string, Case>) =>
  Object.fromEntries(Object.entries(all).map(([name, variant]) => [`${name}, ${suffix}`, variant]));

const cases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  MaxPool: {
    ...windows(),
    ...rounded(),
    ...dilated({}, 17),
    'storage_order 1': over([2, 2, 4, 6], { kernel_shape: [3, 3], strides: [2, 1], storage_order: 1 }),
    'in the newest version': over([2, 2, 4, 6], { kernel_shape: [3, 3], strides: [2, 1] }, 22),
  },
  AveragePool: {
    ...windows(),
    ...rounded(),
    ...dilated(),
    ...named('pads counted', { ...windows({ count_include_pad: 1 }), ...dilated({ count_include_pad: 1 }) }),
    ...named('pads counted, version 19', rounded({ count_include_pad: 1 }, 19)),
    'in the newest version': over([2, 2, 4, 6], { kernel_shape: [3, 3], strides: [2, 1] }, 22),
  },
  LpPool: {
    ...named('p = 2', windows()),
    ...named('p = 1', windows({ p: 1 })),
    'p = 3': over([1, 2, 5, 5], { kernel_shape: [3, 3], strides: [2, 1], p: 3 }),
    ...rounded({}, 18),
    ...dilated({}, 18),
  },
  GlobalMaxPool: {
    'over two axes': { inputs: [distinct([2, 3, 3, 4])] },
    'over one axis': { inputs: [distinct([2, 3, 4])] },
    'over three axes': { inputs: [distinct([1, 2, 2, 3, 2])] },
  },
  GlobalAveragePool: {
    'over two axes': { inputs: [distinct([2, 3, 3, 4])] },
    'over one axis': { inputs: [distinct([2, 3, 4])] },
    'over three axes': { inputs: [distinct([1, 2, 2, 3, 2])] },
  },
  GlobalLpPool: {
    'p = 2': { inputs: [distinct([2, 3, 3, 4])] },
    'p = 1': { inputs: [distinct([2, 3, 3])], attributes: { p: 1 } },
    'p = 3': { inputs: [distinct([2, 3, 3, 2])], attributes: { p: 3 } },
  },
};

const blocked: Readonly<Record<string, GradientCheck['attributes']>> = {
  MaxPool: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
  AveragePool: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1, count_include_pad: 1 },
  GlobalMaxPool: {},
  GlobalAveragePool: {},
};

describe('gradient rules of pools', () => {
  for (const [operator, variants] of Object.entries(cases)) {
    for (const [name, variant] of Object.entries(variants)) {
      it(`${operator}: ${name}`, () => checkGradient({ operator, ...variant }));
    }
  }

  it('are all checked', () => assert.deepEqual(Object.keys(cases).sort(), Object.keys(pooling).sort()));

  it('MaxPool gives the gradient of equal maxima to the first, and adds up where windows overlap', async () => {
    const x = tensor([1, 1, 3, 3], [1, 1, 1, 1, 1, 1, 1, 1, 1]);
    const dy = tensor([1, 1, 2, 2], [1, 2, 4, 8]);
    const attributes = { kernel_shape: [2, 2] };
    assert.deepEqual(await runGradient('MaxPool', attributes, x, dy), [1, 2, 0, 4, 8, 0, 0, 0, 0]);
    const peak = tensor([1, 1, 3, 3], [1, 1, 1, 1, 2, 1, 1, 1, 1]);
    assert.deepEqual(await runGradient('MaxPool', attributes, peak, dy), [0, 0, 0, 0, 15, 0, 0, 0, 0]);
  });

  it('GlobalMaxPool gives the gradient of equal maxima to the first', async () => {
    const x = tensor([1, 2, 2, 2], [0, 3, 3, 1, 5, 5, 5, 5]);
    const dy = tensor([1, 2, 1, 1], [7, 9]);
    assert.deepEqual(await runGradient('GlobalMaxPool', {}, x, dy), [0, 7, 0, 0, 9, 0, 0, 0]);
  });

  it('LpPool of nothing but zeros has gradient 0', async () => {
    const x = tensor([1, 1, 2, 2], [0, 0, 0, 0]);
    const attributes = { kernel_shape: [2, 2], p: 2 };
    assert.deepEqual(await runGradient('LpPool', attributes, x, tensor([1, 1, 1, 1], [3])), [0, 0, 0, 0]);
  });

  // With as many channels ONNX Runtime computes in its blocked layout, by other code.
  for (const [operator, attributes] of Object.entries(blocked)) {
    it(`${operator} between convolutions of many channels`, () => {
      const build = new GraphBuilder(17, '');
      const kernels = (count: number, of: number) =>
        build.floats(randomNumbers(count + of)(count * of * 4, -1, 1), [count, of, 2, 2]);
      const before = build.op('Conv', ['x', kernels(16, 1)]);
      const pool = build.op(operator, [before], attributes);
      const after = build.op('Conv', [pool, kernels(2, 16)], { pads: [1, 1, 0, 0] });
      const dims = [1, 1, 5, 6];
      const graph: Graph = {
        inputs: [{ name: 'x', type: 'float32', dims }],
        outputs: [{ name: after }],
        nodes: build.nodes,
        constants: build.constants,
      };
      return checkGraph(graph, distinct(dims).values ?? [], { what: `${operator} in blocks` });
    });
  }

  const ofAxes = (along: readonly Axis[]) => ({
    kernel_shape: listOf(along, 'kernel'),
    strides: listOf(along, 'stride'),
    dilations: listOf(along, 'dilation'),
    pads: [...listOf(along, 'before'), ...listOf(along, 'after')],
  });

  const flag = fc.integer({ min: 0, max: 1 });

  it('MaxPool of any geometry', () =>
    fc.assert(
      fc.asyncProperty(axes({ pad: 2, ofPool: true }), flag, fc.constantFrom(17, 22), async (along, ceil, opset) => {
        const x = [1, 2, ...listOf(along, 'size')];
        await checkGradient({ operator: 'MaxPool', ...over(x, { ...ofAxes(along), ceil_mode: ceil }, opset) });
      }),
      { numRuns: 30 },
    ));

  it('AveragePool of any geometry', () =>
    fc.assert(
      fc.asyncProperty(
        axes({ pad: 2, ofPool: true }),
        flag,
        flag,
        fc.constantFrom(19, 22),
        async (along, ceil, counted, opset) => {
          const attributes = { ...ofAxes(along), ceil_mode: ceil, count_include_pad: counted };
          await checkGradient({
            operator: 'AveragePool',
            ...over([1, 2, ...listOf(along, 'size')], attributes, opset),
          });
        },
      ),
      { numRuns: 30 },
    ));
});
