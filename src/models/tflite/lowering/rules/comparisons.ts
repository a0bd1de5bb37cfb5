import { CannotLower } from '../../../cannotLower.ts';
import { aligned } from '../aligned.ts';
import type { Call, Lowered, Rule } from '../call.ts';

function compared(call: Call, operator: string): Lowered {
  const [a, b] = [call.x, call.input(1)];
  if (a.type !== b.type) throw new CannotLower('its inputs are of different types');
  const { values, dims, channelsFirst } = aligned(call, [a, b]);
  return { value: call.build.op(operator, values), dims, channelsFirst, type: 'bool' };
}

const by =
  (operator: string): Rule =>
  (call) =>
    compared(call, operator);

/** The second input where the first holds, else the third. */
const selected: Rule = (call) => {
  const [condition, a, b] = [call.x, call.input(1), call.input(2)];
  if (condition.type !== 'bool' || a.type !== b.type) throw new CannotLower('its inputs are of other types');
  const { values, dims, channelsFirst } = aligned(call, [condition, a, b]);
  return { value: call.build.op('Where', values), dims, channelsFirst, type: a.type };
};

/** What holds, and what follows from it. */
export const comparisons: Readonly<Record<string, Rule>> = {
  EQUAL: by('Equal'),
  LESS: by('Less'),
  LESS_EQUAL: by('LessOrEqual'),
  GREATER: by('Greater'),
  GREATER_EQUAL: by('GreaterOrEqual'),
  LOGICAL_AND: by('And'),
  LOGICAL_OR: by('Or'),
  NOT_EQUAL: (call) => {
    const equal = compared(call, 'Equal');
    return { ...equal, value: call.build.op('Not', [equal.value]) };
  },
  LOGICAL_NOT: (call) => ({ ...call.x, value: call.build.op('Not', [call.x.value]) }),
  SELECT: (call) => {
    // A list of conditions, each for all of an image, is no broadcasting.
    const [rank, other] = [call.x.dims.length, call.input(1).dims.length];
    if (rank !== 0 && rank !== other) throw new CannotLower('its condition has other axes than its inputs');
    return selected(call);
  },
  SELECT_V2: selected,
};
