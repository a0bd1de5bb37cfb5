import type * as tf from '@tensorflow/tfjs-core';
import type { Lowered } from '../lowering/layoutBuilder.ts';
import type { Config } from '../lowering/step.ts';
import type { Dims, OnnxLayerKind } from './onnxLayer.ts';

/** A product over indices: the letters of the input, of the kernel, and of the output, and how long each is. */
interface Product {
  readonly input: string;
  readonly kernel: string;
  readonly output: string;
  readonly sizes: ReadonlyMap<string, number>;
}

/** Letters for the axes that "..." stands for; equations of Keras have small letters. */
const others = 'ZYXWVUTS';

function productIn({ equation, outputShape }: Config, shape: Dims): Product {
  const parts = /^(\.\.\.)?([a-zA-Z]+),([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)$/.exec(String(equation).replaceAll(' ', ''));
  const [, before, given = '', kernel = '', after, result = ''] = parts ?? [];
  if (!parts || before !== after) throw new Error(`its equation ${equation} is not supported`);
  const elided = others.slice(0, before ? shape.length + 1 - given.length : 0);
  const [input, output] = [elided + given, elided + result];
  if (input.length !== shape.length + 1) throw new Error(`its equation ${equation} does not fit its input`);
  // The batch counts as 1.
  const sizes = new Map([...input].map((letter, axis) => [letter, axis === 0 ? 1 : (shape[axis - 1] as number)]));
  const stated = [outputShape].flat() as (number | null)[];
  for (const [axis, letter] of [...result].slice(-stated.length).entries()) {
    const size = stated[axis + Math.max(0, stated.length - result.length)];
    if (!sizes.has(letter) && typeof size === 'number') sizes.set(letter, size);
  }
  const missing = [...kernel, ...output].find((letter) => !sizes.has(letter));
  if (missing !== undefined) throw new Error(`its equation ${equation} leaves the size of ${missing} open`);
  return { input, kernel, output, sizes };
}

function sizesOf(letters: string, { sizes }: Product): number[] {
  return [...letters].map((letter) => sizes.get(letter) as number);
}

/** A product of the input and a kernel over indices, whose last activation is a step of its own. */
export const einsumDense: OnnxLayerKind = {
  kind: 'EinsumDense',
  weights: (config, [input]) => {
    const product = productIn(config, input as Dims);
    const axes = config.biasAxes == null ? '' : String(config.biasAxes);
    const first = [...product.output].findIndex((letter) => axes.includes(letter));
    const bias = [...product.output]
      .slice(first)
      .map((letter) => (axes.includes(letter) ? (product.sizes.get(letter) as number) : 1));
    return { kernel: sizesOf(product.kernel, product), ...(axes !== '' && first >= 0 && { bias }) };
  },
  shape: (config, [input]) => {
    const product = productIn(config, input as Dims);
    return sizesOf(product.output, product).slice(1);
  },
  emit: ([given], { config, weights, shape, build }) => {
    const x = given as Lowered;
    const { input, kernel, output } = productIn(config, x.shape);
    const equation = `${input},${kernel}->${output}`;
    const product = build.op('Einsum', [build.channelsLast(x), build.weight(weights.kernel as tf.Tensor)], {
      equation,
    });
    const value = weights.bias ? build.add(product, build.weight(weights.bias)) : product;
    return { value, shape, channelsFirst: false };
  },
};
