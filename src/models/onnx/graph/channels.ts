import { type Graph, intAttribute, intsAttribute } from './graph.ts';

/** Operators that keep the axes of an image where they are. */
const inPlace = new Set([
  ...['Identity', 'Cast', 'Clip', 'Add', 'Sub', 'Mul', 'Div', 'Pad', 'Dropout', 'Neg', 'Abs', 'Relu'],
  ...['MaxPool', 'AveragePool', 'Resize', 'Upsample', 'QuantizeLinear', 'DequantizeLinear'],
]);

/**
 * For operators that weight channels, in their second axis: which input holds the weights, and which of its axes is the
 * channels.
 */
const weighing: Readonly<Record<string, { readonly input: number; readonly axis: number }>> = {
  Conv: { input: 1, axis: 1 },
  BatchNormalization: { input: 1, axis: 0 },
  InstanceNormalization: { input: 1, axis: 0 },
};

/**
 * How many channels the first convolution or normalization takes, and which axis of the model's input they are.
 * @returns undefined if anything else changes the input before it.
 */
export function channelsOf(graph: Graph, input: string): { readonly axis: number; readonly count: number } | undefined {
  /** For values that are the image with its axes permuted: which axis of the input each one is. */
  const orders = new Map<string, readonly number[]>([[input, [0, 1, 2, 3]]]);
  for (const node of graph.nodes) {
    const source = node.inputs.find((value) => orders.has(value));
    const order = source === undefined ? undefined : orders.get(source);
    if (order === undefined || node.domain !== '') continue;
    const [output = ''] = node.outputs;
    const weights = weighing[node.operator];
    if (weights !== undefined) {
      const size = dimsOf(node.inputs[weights.input], graph)?.[weights.axis];
      return size === undefined
        ? undefined
        : { axis: order[1] as number, count: size * intAttribute(node, 'group', 1) };
    }
    if (node.operator === 'Transpose') {
      const perm = intsAttribute(node, 'perm');
      if (perm?.length === order.length)
        orders.set(
          output,
          perm.map((axis) => order[axis] as number),
        );
    } else if (inPlace.has(node.operator)) orders.set(output, order);
  }
  return undefined;
}

/** The dimensions of weights, which may be stored in fewer bits, or in another order. */
function dimsOf(value: string | undefined, graph: Graph): readonly number[] | undefined {
  if (value === undefined) return undefined;
  const own = graph.constants.get(value)?.dims;
  if (own !== undefined) return own;
  const maker = graph.nodes.find(({ outputs }) => outputs.includes(value));
  if (maker?.operator !== 'Transpose') {
    return maker && inPlace.has(maker.operator) ? dimsOf(maker.inputs[0], graph) : undefined;
  }
  const dims = dimsOf(maker.inputs[0], graph);
  return dims && intsAttribute(maker, 'perm')?.map((axis) => dims[axis] as number);
}
