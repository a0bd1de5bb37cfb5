import fc from 'fast-check';
import { shapes } from '../../../../../../src/models/onnx/gradient/rules/shapes.ts';
import { checkGradient, type InputSpec } from '../../../../../support/onnx/checkGradient.ts';
import { testRules, type Variant } from '../../../../../support/onnx/ruleTests.ts';

const x: InputSpec = { dims: [2, 3, 4] };
const image: InputSpec = { dims: [1, 2, 4, 5] };

function of(...dims: number[]): InputSpec {
  return { dims };
}

function ints(values: readonly number[], dims: readonly number[] = [values.length]): InputSpec {
  return { dims, values, constant: true, type: 'int64' };
}

function int(value: number): InputSpec {
  return ints([value], []);
}

/** Starts, ends, axes and steps. */
function sliced(input: InputSpec, ...bounds: (readonly number[])[]): Variant {
  return { inputs: [input, ...bounds.map((values) => ints(values))] };
}

function padded(mode: string, pads: readonly number[], input = image, axes?: readonly number[]): Variant {
  return {
    inputs: [input, ints(pads), ...(axes ? [undefined, ints(axes)] : [])],
    attributes: { mode },
    // Axes are an input since version 18 of the standard, and wrapping is a mode since version 19.
    ...((axes || mode === 'wrap') && { opset: 26 }),
  };
}

testRules('shapes', shapes, {
  Reshape: [{ inputs: [x, ints([4, -1])] }, { inputs: [x, ints([0, 12])] }],
  Flatten: [{ inputs: [x] }, { inputs: [x], attributes: { axis: 0 } }, { inputs: [x], attributes: { axis: -1 } }],
  Squeeze: [{ inputs: [of(1, 3, 1, 2), ints([0, -2])] }, { inputs: [of(1, 3, 1)] }],
  Unsqueeze: [{ inputs: [x, ints([0, -1])] }, { inputs: [of(), ints([0])] }],
  Transpose: [
    { inputs: [x] },
    { inputs: [x], attributes: { perm: [2, 0, 1] } },
    { inputs: [image], attributes: { perm: [0, 2, 3, 1] } },
  ],
  Concat: [
    { inputs: [of(2, 1), of(2, 3), of(2, 2)], attributes: { axis: 1 } },
    {
      inputs: [{ dims: [1, 3], constant: true }, of(2, 3), { dims: [2, 3], constant: true }],
      attributes: { axis: -2 },
    },
    { inputs: [x], attributes: { axis: 0 } },
  ],
  Split: [
    { inputs: [of(2, 6)], attributes: { axis: 1 }, outputs: 3, opset: 17 },
    { inputs: [of(2, 6)], attributes: { axis: 1, num_outputs: 3 }, outputs: 3, opset: 26 },
    { inputs: [of(2, 5)], attributes: { axis: -1, num_outputs: 2 }, outputs: 2, opset: 26 },
    { inputs: [of(6, 2), ints([1, 3, 2])], outputs: 3 },
    { inputs: [of(6, 2), ints([1, 3, 2])], outputs: 3, weighed: [1] },
  ],
  Slice: [
    sliced(x, [1], [3], [1]),
    sliced(x, [0, 1], [2, 3]),
    sliced(x, [-2], [Number.MAX_SAFE_INTEGER], [-1]),
    sliced(x, [-100], [-1], [2], [2]),
    sliced(x, [0, 1], [100, 100], [1, 2], [2, 2]),
    sliced(x, [1, 0], [100, 100], [2, 1], [3, 2]),
    sliced(x, [-1], [Number.MIN_SAFE_INTEGER], [1], [-1]),
    sliced(x, [3, 100], [0, -100], [2, 1], [-2, -1]),
    sliced(x, [2], [3], [2], [5]),
    sliced(x, [2], [2], [1]),
  ],
  Gather: [
    { inputs: [x, int(1)], attributes: { axis: 1 } },
    { inputs: [x, int(-1)] },
    { inputs: [x, ints([1, 2])], attributes: { axis: 2 } },
    { inputs: [x, ints([2, 0, 1])], attributes: { axis: 1 } },
    { inputs: [x, ints([0, -1, 0])], attributes: { axis: -1 } },
    { inputs: [x, ints([3, 1, 0, 0, -1, 2], [2, 3])], attributes: { axis: 2 } },
    { inputs: [x, ints([3, 1, 0, 2], [2, 2])], attributes: { axis: 2 } },
    { inputs: [x, ints([1, 2], [1, 2])], attributes: { axis: 1 } },
    { inputs: [x, { dims: [2], values: [1, 1], constant: true, type: 'int32' }], attributes: { axis: 1 } },
    { inputs: [of(5), ints([4, 0])] },
  ],
  GatherElements: [
    { inputs: [of(3, 3), ints([0, 2, 1, 0, -1, 0], [2, 3])] },
    { inputs: [of(2, 3), ints([0, 2, 0, 1, 1, 0, -1, 2], [2, 4])], attributes: { axis: -1 } },
  ],
  GatherND: [{ inputs: [x, ints([0, 1, 1, 2, 0, 1], [3, 2])] }, { inputs: [x, ints([1, 1, 1, 0, 2, -1], [2, 1, 3])] }],
  ScatterElements: ['none', 'add'].flatMap((reduction): Variant[] => [
    { inputs: [of(3, 3), ints([0, 2, 1, 1, 0, 0], [2, 3]), of(2, 3)], attributes: { reduction } },
    {
      inputs: [of(2, 5), ints([1, 3], [1, 2]), { dims: [1, 2], constant: true }],
      attributes: { axis: 1, reduction },
    },
  ]),
  ScatterND: ['none', 'add'].map((reduction) => ({
    inputs: [x, ints([0, 1, 1, 2], [2, 2]), of(2, 4)],
    attributes: { reduction },
  })),
  Pad: [
    padded('constant', [0, 0, 1, 2, 0, 0, 0, 1]),
    padded('constant', [0, 0, -1, 2, 0, 1, 1, -2]),
    { inputs: [x, ints([1, 0, 0, 0, 0, 1]), { dims: [], values: [3], constant: true }] },
    padded('constant', [1, 2, 0, 1], image, [-1, 2]),
    padded('reflect', [0, 0, 1, 3, 0, 0, 3, 2]),
    padded('reflect', [1, 1, 2, 0], image, [3, 2]),
    padded('edge', [0, 0, 1, 5, 0, 1, 2, 0]),
    padded('wrap', [0, 0, 4, 2, 0, 0, 0, 3]),
  ],
  Expand: [{ inputs: [of(3, 1), ints([2, 1, 4])] }, { inputs: [of(), ints([2, 2])] }, { inputs: [x, ints([1])] }],
  Tile: [{ inputs: [x, ints([1, 2, 3])] }, { inputs: [x, ints([1, 1, 1])] }, { inputs: [of(3), ints([2])] }],
  DepthToSpace: [
    { inputs: [of(2, 8, 2, 3)], attributes: { blocksize: 2 } },
    { inputs: [of(2, 8, 2, 3)], attributes: { blocksize: 2, mode: 'CRD' } },
  ],
  SpaceToDepth: [{ inputs: [of(2, 3, 4, 6)], attributes: { blocksize: 2 } }],
  Trilu: [{ inputs: [x] }, { inputs: [x, int(1)] }, { inputs: [x, int(-1)], attributes: { upper: 0 } }],
  NonZero: [{ inputs: [of(3)] }],
  OneHot: [
    {
      inputs: [ints([1, 0]), int(3), { dims: [2], values: [0, 1], constant: true }],
    },
  ],
  EyeLike: [{ inputs: [of(2, 2)] }],
});

describe('Gradient rules: shapes of any kind', () => {
  const size = fc.integer({ min: 1, max: 4 });
  const dims = fc.array(size, { minLength: 1, maxLength: 4 });

  it('Slice with any bounds and steps', () => {
    const bound = fc.integer({ min: -6, max: 6 });
    const step = fc.integer({ min: -3, max: 3 }).filter((step) => step !== 0);
    const slice = dims.chain((dims) =>
      fc.record({
        dims: fc.constant(dims),
        bounds: fc.array(fc.tuple(bound, bound, step), { minLength: dims.length, maxLength: dims.length }),
        axes: fc.subarray(
          dims.map((_, axis) => axis),
          { minLength: 1 },
        ),
      }),
    );
    return fc.assert(
      fc.asyncProperty(slice, async ({ dims, bounds, axes }) => {
        const [starts, ends, steps] = [0, 1, 2].map((part) => axes.map((_, i) => bounds[i]?.[part] as number));
        await checkGradient({
          operator: 'Slice',
          ...sliced({ dims }, starts as number[], ends as number[], axes, steps as number[]),
        });
      }),
      { numRuns: 80 },
    );
  });

  it('Concat and Split along any axis', () => {
    const parts = dims.chain((dims) =>
      fc.record({
        dims: fc.constant(dims),
        axis: fc.nat({ max: dims.length - 1 }),
        sizes: fc.array(size, { minLength: 1, maxLength: 3 }),
      }),
    );
    return fc.assert(
      fc.asyncProperty(parts, async ({ dims, axis, sizes }) => {
        const attributes = { axis: axis - dims.length };
        await checkGradient({
          operator: 'Concat',
          inputs: sizes.map((size) => of(...dims.with(axis, size))),
          attributes,
        });
        const whole = sizes.reduce((sum, size) => sum + size);
        await checkGradient({
          operator: 'Split',
          inputs: [of(...dims.with(axis, whole)), ints(sizes)],
          outputs: sizes.length,
          attributes,
        });
      }),
      { numRuns: 30 },
    );
  });

  it('Transpose by any permutation', () => {
    const permuted = dims.chain((dims) => {
      const axes = dims.map((_, axis) => axis);
      return fc.tuple(fc.constant(dims), fc.shuffledSubarray(axes, { minLength: axes.length }));
    });
    return fc.assert(
      fc.asyncProperty(permuted, async ([dims, perm]) => {
        await checkGradient({ operator: 'Transpose', inputs: [of(...dims)], attributes: { perm } });
      }),
      { numRuns: 30 },
    );
  });

  it('Gather of any indices', () => {
    const gathered = dims.chain((dims) =>
      fc.nat({ max: dims.length - 1 }).chain((axis) => {
        const size = dims[axis] as number;
        const index = fc.integer({ min: -size, max: size - 1 });
        return fc.record({
          dims: fc.constant(dims),
          axis: fc.constant(axis),
          indices: fc.array(index, { minLength: 1, maxLength: 4 }),
        });
      }),
    );
    return fc.assert(
      fc.asyncProperty(gathered, async ({ dims, axis, indices }) => {
        await checkGradient({ operator: 'Gather', inputs: [of(...dims), ints(indices)], attributes: { axis } });
      }),
      { numRuns: 40 },
    );
  });
});
