import type { Rule } from '../rule.ts';

/** Functions of each element: dx = dy · f′(x). */
export const activations: Readonly<Record<string, Rule>> = {
  Identity: ({ dy }) => [dy],
  Dropout: ({ dy }) => [dy],
  Relu: ({ dy, outputs: [y = ''], build }) => [build.mul(dy, build.mask(build.op('Greater', [y, build.floats(0)])))],
  /** 1 strictly between the bounds; at a bound the derivative is taken as 0. */
  Clip: ({ dy, inputs: [, low, high], outputs: [y = ''], build }) => {
    const above = low ? build.mask(build.op('Greater', [y, low])) : undefined;
    const below = high ? build.mask(build.op('Less', [y, high])) : undefined;
    return [[above, below].reduce<string>((product, mask) => (mask ? build.mul(product, mask) : product), dy)];
  },
};
