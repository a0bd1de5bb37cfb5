import { floatAttribute } from '../../graph.ts';
import type { Rule } from '../rule.ts';

/** Normalizations. */
export const normalization: Readonly<Record<string, Rule>> = {
  /** With the statistics of training it is an affine map of each channel (Ioffe & Szegedy 2015, alg. 2). */
  BatchNormalization: ({ node, dy, inputs: [x = '', scale = '', , , variance = ''], shape, build }) => {
    const epsilon = build.floats(floatAttribute(node, 'epsilon', 1e-5));
    const factor = build.div(scale, build.op('Sqrt', [build.add(variance, epsilon)]));
    const spatial = shape(x)
      .slice(2)
      .map(() => 1);
    return [build.mul(dy, build.reshape(factor, [-1, ...spatial]))];
  },
};
