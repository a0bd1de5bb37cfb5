import type { Rule } from '../call.ts';

/** Numbers are what they stand for; what is rounded, is rounded where the result is kept. */
const same: Rule = (call) => call.x;

/** The same numbers in another type. */
export const types: Readonly<Record<string, Rule>> = {
  QUANTIZE: same,
  DEQUANTIZE: same,
  CAST: (call) => {
    const { x } = call;
    return { ...x, value: call.cast(x, call.type), type: call.type };
  },
};
