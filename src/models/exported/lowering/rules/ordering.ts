import type { Dim } from '../../program.ts';
import type { Call, Rule } from '../call.ts';

/** All numbers along an axis in order, and where they were. */
function sorted(call: Call, axis = call.axis('dim', -1), isDescending = call.flag('descending')): string[] {
  const [size] = call.fixed([call.dims[axis] as Dim]) as [number];
  return call.build.ops('TopK', [call.x, call.build.ints([size])], { axis, largest: isDescending ? 1 : 0 }, 2);
}

/** The number that comes at a place among those along an axis, and where it was. */
function atPlace(call: Call, axis: number, place: number): string[] {
  const index = call.flag('keepdim') ? call.build.ints([place]) : call.scalar(place, 'int64');
  return sorted(call, axis, false).map((all) => call.build.op('Gather', [all, index], { axis }));
}

/** The lower one where two are in the middle. */
const median: Rule = (call) => {
  const axis = call.axis('dim');
  const [size] = call.fixed([call.dims[axis] as Dim]) as [number];
  return atPlace(call, axis, Math.floor((size - 1) / 2));
};

/** Numbers in order, and those at a place among them. */
export const ordering: Readonly<Record<string, Rule>> = {
  sort: (call) => sorted(call),
  msort: (call) => sorted(call, 0, false).slice(0, 1),
  argsort: (call) => sorted(call)[1] as string,
  median,
  kthvalue: (call) => atPlace(call, call.axis('dim', -1), call.number('k') - 1),
  topk: (call) => {
    const attributes = { axis: call.axis('dim', -1), largest: call.flag('largest', true) ? 1 : 0 };
    return call.build.ops('TopK', [call.x, call.build.ints([call.number('k')])], attributes, 2);
  },
};
