import { CannotLower } from '../../../cannotLower.ts';
import type { Call, Rule } from '../call.ts';

/** How many axes the windows of a convolution have, from the rank of its weights. */
function spatialAxes(call: Call): number {
  const axes = call.tensor('weight').dims.length - 2;
  if (call.rank !== axes + 2)
    throw new CannotLower('it takes one image without a batch; export the model with a batch');
  return axes;
}

function inputs(call: Call): string[] {
  const bias = call.optional('bias')?.value;
  return [call.x, call.tensor('weight').value, ...(bias ? [bias] : [])];
}

/** Both ends of each axis; of "same", which keeps the size, the end gets the odd one. */
function padsOf(call: Call, axes: number): number[] {
  if (!call.isText('padding')) {
    const padding = call.perAxis('padding', axes, 0);
    return [...padding, ...padding];
  }
  if (call.text('padding') === 'valid') return Array<number>(2 * axes).fill(0);
  const dilation = call.perAxis('dilation', axes, 1);
  const kernel = call.fixed(call.tensor('weight').dims.slice(2));
  const totals = kernel.map((size, axis) => (dilation[axis] as number) * (size - 1));
  const before = totals.map((total) => Math.floor(total / 2));
  return [...before, ...totals.map((total, axis) => total - (before[axis] as number))];
}

const forward: Rule = (call) => {
  const axes = spatialAxes(call);
  return call.build.op('Conv', inputs(call), {
    kernel_shape: call.fixed(call.tensor('weight').dims.slice(2)),
    strides: call.perAxis('stride', axes, 1),
    dilations: call.perAxis('dilation', axes, 1),
    pads: padsOf(call, axes),
    group: call.number('groups', 1),
  });
};

const transposed: Rule = (call) => {
  const axes = spatialAxes(call);
  return call.build.op('ConvTranspose', inputs(call), {
    kernel_shape: call.fixed(call.tensor('weight').dims.slice(2)),
    strides: call.perAxis('stride', axes, 1),
    dilations: call.perAxis('dilation', axes, 1),
    pads: padsOf(call, axes),
    output_padding: call.perAxis('output_padding', axes, 0),
    group: call.number('groups', 1),
  });
};

/** Convolutions, and their transposes. */
export const convolution: Readonly<Record<string, Rule>> = {
  conv1d: forward,
  conv2d: forward,
  conv3d: forward,
  convolution: (call) => (call.flag('transposed') ? transposed(call) : forward(call)),
  conv_transpose1d: transposed,
  conv_transpose2d: transposed,
  conv_transpose3d: transposed,
};
