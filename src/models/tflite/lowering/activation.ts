import { CannotLower } from '../../cannotLower.ts';
import type { Call, Lowered } from './call.ts';

/** The function that an operator applies to its result, by its code. */
const functions: readonly ((x: string, call: Call) => string)[] = [
  (x) => x,
  (x, { build }) => build.op('Relu', [x]),
  (x, { build }) => build.op('Clip', [x, build.floats(-1), build.floats(1)]),
  (x, { build }) => build.op('Clip', [x, build.floats(0), build.floats(6)]),
  (x, { build }) => build.op('Tanh', [x]),
];

/** @throws CannotLower when there is no such function. */
export function withActivation(call: Call, result: Lowered): Lowered {
  const code = call.option('activation');
  if (code === 0) return result;
  const emit = functions[code];
  if (emit === undefined || result.type !== 'float32') throw new CannotLower(`its activation ${code} is not known`);
  return { ...result, value: emit(result.value, call) };
}
