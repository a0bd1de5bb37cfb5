import type { Call, Lowered, Rule } from '../call.ts';
import { roundAway } from '../rounding.ts';
import { windowsOf } from '../windows.ts';

function pooled(
  call: Call,
  emit: (x: string, attributes: Readonly<Record<string, readonly number[]>>) => string,
  x: Lowered = call.x,
): Lowered {
  const { attributes, count } = windowsOf(call, x, [call.option('height'), call.option('width')]);
  const { dilations: _, ...windows } = attributes;
  const [images = 0, , , channels = 0] = x.dims;
  return call.giveImage(emit(call.first(x), windows), [images, ...count, channels]);
}

/** The mean of what is in a window: padding does not count. */
function average(call: Call, x?: Lowered): Lowered {
  return pooled(
    call,
    (value, windows) => call.build.op('AveragePool', [value], { ...windows, count_include_pad: 0 }),
    x,
  );
}

/** The mean of whole numbers, which TensorFlow Lite rounds away from zero where two are as near. */
function roundedAverage(call: Call): Lowered | undefined {
  const steps = call.isQuantized ? call.steps(0) : undefined;
  if (steps === undefined) return undefined;
  const { build } = call;
  const { value: mean, ...rest } = average(call, steps);
  const zero = build.floats(steps.zeroPoint);
  const code = build.add(mean, zero);
  const rounded = build.sub(roundAway(code, build), zero);
  return { ...rest, value: build.scale(rounded, steps.scales[0] as number) };
}

/** One number for each window. */
export const pooling: Readonly<Record<string, Rule>> = {
  MAX_POOL_2D: (call) => pooled(call, (x, windows) => call.build.op('MaxPool', [x], windows)),
  AVERAGE_POOL_2D: (call) => roundedAverage(call) ?? average(call),
  L2_POOL_2D: (call) => {
    const { x, build } = call;
    const { value, ...rest } = average(call, { ...x, value: build.mul(x.value, x.value) });
    return { ...rest, value: build.op('Sqrt', [value]) };
  },
};
