import { broadcast } from '../../broadcast.ts';
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
