import { CannotLower } from '../../../cannotLower.ts';
import { type Call, inOrder, type Lowered, type Rule } from '../call.ts';

const symmetric = 1;

/** Pads with a mode of ONNX, which lists all beginnings, then all ends. */
function padded(call: Call, mode: string, value?: string): Lowered {
  const { x, build } = call;
  const listed = call.numbers(1);
  if (listed.length !== 2 * x.dims.length || listed.some((pad) => pad < 0)) {
    throw new CannotLower(`its padding [${listed.join(', ')}] does not fit [${x.dims.join(', ')}]`);
  }
  const [before, after] = [0, 1].map((side) => x.dims.map((_, axis) => listed[2 * axis + side] as number)) as [
    number[],
    number[],
  ];
  const pads = build.ints([...inOrder(before, x), ...inOrder(after, x)]);
  const dims = x.dims.map((size, axis) => size + (before[axis] as number) + (after[axis] as number));
  return { ...x, value: build.op('Pad', [x.value, pads, ...(value === undefined ? [] : [value])], { mode }), dims };
}

/** What is around an image. */
export const padding: Readonly<Record<string, Rule>> = {
  PAD: (call) => padded(call, 'constant'),
  PADV2: (call) => padded(call, 'constant', call.build.reshape(call.input(2).value, [])),
  MIRROR_PAD: (call) => {
    if (call.option('mode') !== symmetric) return padded(call, 'reflect');
    // A mirror that repeats the border shows, up to one pixel, the border alone.
    if (call.numbers(1).some((pad) => pad > 1)) throw new CannotLower('it mirrors more than one pixel symmetrically');
    return padded(call, 'edge');
  },
};
