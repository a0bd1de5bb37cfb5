import { CannotLower } from '../../cannotLower.ts';
import { elementCount } from '../../onnx/graph/graph.ts';
import type { Call, Lowered } from './call.ts';

/** Tensors that are combined number by number. */
export interface Aligned {
  readonly values: readonly string[];
  /** What broadcasting makes of their dimensions. */
  readonly dims: readonly number[];
  readonly channelsFirst: boolean;
}

/** Tensors in one layout: with the channels first if those of any image among them are. */
export function aligned(call: Call, tensors: readonly Lowered[]): Aligned {
  const dims = tensors.map((tensor) => tensor.dims).reduce(broadcast);
  const channelsFirst = dims.length === 4 && tensors.some((tensor) => tensor.channelsFirst);
  return { values: tensors.map((x) => (channelsFirst ? asImage(call, x) : call.last(x))), dims, channelsFirst };
}

function asImage(call: Call, x: Lowered): string {
  const missing = 4 - x.dims.length;
  if (missing === 0) return call.first(x);
  if (elementCount(x.dims) === 1) return x.value;
  const dims = [...Array<number>(missing).fill(1), ...x.dims];
  return call.first({ ...x, dims, value: call.build.reshape(x.value, dims) });
}

/** The dimensions of a combination: those of size 1 are repeated. @throws CannotLower when they do not fit. */
export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [one, other] = [a, b].map((dims) => dims[axis - rank + dims.length] ?? 1) as [number, number];
    if (one !== other && one !== 1 && other !== 1) {
      throw new CannotLower(`[${a.join(', ')}] and [${b.join(', ')}] do not fit together`);
    }
    return one === 1 ? other : one;
  });
}
