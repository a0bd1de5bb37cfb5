import { CannotLower } from '../../../cannotLower.ts';
import type { Call, Rule } from '../call.ts';

const filledWith =
  (number: number): Rule =>
  (call) =>
    call.filled(call.scalar(number));

const filled: Rule = (call) => call.filled(call.scalar(call.number('fill_value')));

/** The same number everywhere; of a tensor without axes, that. */
const refilled: Rule = (call) => call.filled(call.operand('value'));

function range(call: Call): string {
  const start = call.number('start', 0);
  const step = call.number('step', 1);
  const [count] = call.fixed(call.result.dims) as [number];
  if (count > largest) throw new CannotLower(`it has ${count} numbers`);
  return call.list(
    Array.from({ length: count }, (_, index) => start + index * step),
    call.result.type,
  );
}

/** Numbers that are written into the graph one by one. */
const largest = 2 ** 20;

const evenly: Rule = (call) => {
  const [start, end, count] = [call.number('start'), call.number('end'), call.number('steps')];
  if (count > largest) throw new CannotLower(`it has ${count} numbers`);
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  // From both ends, as PyTorch rounds.
  const at = (index: number) => (2 * index < count ? start + index * step : end - (count - 1 - index) * step);
  return call.list(
    Array.from({ length: count }, (_, index) => at(index)),
    call.result.type,
  );
};

const triangle =
  (upper: 0 | 1): Rule =>
  (call) =>
    call.build.op('Trilu', [call.x, call.scalar(call.number('diagonal', 0), 'int64')], { upper });

/** Tensors that are not computed from others. */
export const creation: Readonly<Record<string, Rule>> = {
  zeros: filledWith(0),
  zeros_like: filledWith(0),
  new_zeros: filledWith(0),
  zero: filledWith(0),
  // What is in it, is written later.
  empty: filledWith(0),
  empty_like: filledWith(0),
  new_empty: filledWith(0),
  ones: filledWith(1),
  ones_like: filledWith(1),
  new_ones: filledWith(1),
  full: filled,
  full_like: filled,
  new_full: filled,
  fill: refilled,
  scalar_tensor: (call) => call.scalar(call.number('s')),
  arange: range,
  linspace: evenly,
  tril: triangle(0),
  triu: triangle(1),
  /** The second tensor takes the place of the first. */
  copy: (call) => call.filled(call.operand('src')),
};
