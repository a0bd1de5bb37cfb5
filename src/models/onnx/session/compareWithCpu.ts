import { floatConstant, type Model, type Node } from '../graph/graph.ts';
import type { Runtime, RuntimeTensor } from './session.ts';

/** Relative to the largest score: larger differences are not rounding errors. */
const tolerance = 1e-3;

/**
 * Lets an accelerator and the processor compute the scores of a small convolutional network.
 * @throws Error when they differ by more than rounding, or one of them does not compute.
 */
export async function compareWithCpu(runtime: Runtime, cpu: Runtime): Promise<void> {
  const [found, expected] = [await scoresOn(runtime), await scoresOn(cpu)];
  const largest = Math.max(...expected.map(Math.abs));
  const difference = Math.max(...expected.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN)))) / largest;
  // Negated, so that NaN is refused as well.
  if (!(difference <= tolerance)) {
    throw new Error(`its scores differ from those of the processor by ${(100 * difference).toPrecision(2)}%`);
  }
}

async function scoresOn(runtime: Runtime): Promise<Float32Array> {
  const session = await runtime.open(network);
  try {
    const { scores } = await session.run({ image });
    return scores?.data as Float32Array;
  } finally {
    await session.close();
  }
}

/** Numbers between −1 and 1, the same on every machine. */
const numbers = (count: number) => Array.from({ length: count }, (_, i) => (((i * 7919) % 2003) - 1001) / 1001);

const image: RuntimeTensor = { type: 'float32', dims: [1, 3, 16, 16], data: Float32Array.from(numbers(3 * 16 * 16)) };

const ints = (...value: number[]) => ({ kind: 'ints', value }) as const;
const node = (operator: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  operator,
  domain: '',
  inputs,
  outputs: [output],
  attributes,
});

const network: Model = {
  graph: {
    inputs: [{ name: 'image', type: 'float32', dims: [1, 3, 16, 16] }],
    outputs: [{ name: 'scores', type: 'float32', dims: [1, 5] }],
    nodes: [
      node('Conv', ['image', 'first'], 'a', { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }),
      node('Relu', ['a'], 'b'),
      node('MaxPool', ['b'], 'c', { kernel_shape: ints(2, 2), strides: ints(2, 2) }),
      node('Conv', ['c', 'second'], 'd', { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1) }),
      node('Relu', ['d'], 'e'),
      node('GlobalAveragePool', ['e'], 'f'),
      node('Flatten', ['f'], 'g'),
      node('MatMul', ['g', 'last'], 'scores'),
    ],
    constants: new Map([
      ['first', floatConstant(numbers(8 * 3 * 9), [8, 3, 3, 3])],
      ['second', floatConstant(numbers(8 * 8 * 9), [8, 8, 3, 3])],
      ['last', floatConstant(numbers(8 * 5), [8, 5])],
    ]),
  },
  opsets: new Map([['', 17]]),
  metadata: new Map(),
  folder: '.',
};
