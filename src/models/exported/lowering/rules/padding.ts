import { CannotLower } from '../../../cannotLower.ts';
import type { Call, Rule } from '../call.ts';

/** PyTorch lists both ends of the last axis first; ONNX all beginnings, then all ends. */
function pads(call: Call, name: string): string {
  const listed = call.numbers(name);
  const side = (end: number) => call.dims.map((_, axis) => listed[2 * (call.rank - 1 - axis) + end] ?? 0);
  return call.build.ints([...side(0), ...side(1)]);
}

const constant = (call: Call, value: number) =>
  call.build.op('Pad', [call.x, pads(call, 'pad'), ...(value === 0 ? [] : [call.scalar(value)])], { mode: 'constant' });

const mirrored =
  (mode: string, name: string): Rule =>
  (call) =>
    call.build.op('Pad', [call.x, pads(call, name)], { mode });

const modes: Readonly<Record<string, Rule>> = {
  constant: (call) => constant(call, call.has('value') ? call.number('value') : 0),
  reflect: mirrored('reflect', 'pad'),
  replicate: mirrored('edge', 'pad'),
};

/** What is around an image. */
export const padding: Readonly<Record<string, Rule>> = {
  pad: (call) => {
    const mode = call.text('mode', 'constant');
    const rule = modes[mode];
    if (rule === undefined) throw new CannotLower(`its mode is ${mode}`);
    return rule(call);
  },
  constant_pad_nd: (call) => constant(call, call.number('value', 0)),
  reflection_pad1d: mirrored('reflect', 'padding'),
  reflection_pad2d: mirrored('reflect', 'padding'),
  replication_pad1d: mirrored('edge', 'padding'),
  replication_pad2d: mirrored('edge', 'padding'),
};
