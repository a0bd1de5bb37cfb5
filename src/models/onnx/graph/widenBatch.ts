import { dependents } from './dependents.ts';
import { type Graph, intAttribute, intConstant, intsAttribute, type Model, type Node, numbersOf } from './graph.ts';
import type { Inspection } from './inspect.ts';

/**
 * Makes a model that was exported for one image take a batch, if that provably changes nothing: every operator between
 * image and logits treats the first axis as independent images.
 * @param inspection of the model at one image.
 * @returns undefined if some operator mixes images, or is not understood.
 */
export function widenBatch({ model, shapes }: Inspection): Model | undefined {
  const { graph } = model;
  const [input] = graph.inputs;
  if (input === undefined || shapes.get(input.name)?.[0] !== 1) return undefined;
  const perImage = dependents(graph, input.name);
  const known = (value: string | undefined) => {
    const constant = value ? graph.constants.get(value) : undefined;
    return constant?.data instanceof Uint8Array ? numbersOf(constant) : undefined;
  };
  const constants = new Map(graph.constants);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (!node.inputs.some((value) => perImage.has(value))) {
      nodes.push(node);
      continue;
    }
    const widened = widen({
      node,
      perImage: node.inputs.map((value) => perImage.has(value)),
      dims: (value) => shapes.get(value) ?? graph.constants.get(value)?.dims ?? [],
      known,
      addInts: (values) => {
        const name = `perturb-batch/${constants.size}`;
        constants.set(name, intConstant(values));
        return name;
      },
    });
    if (widened === undefined) return undefined;
    nodes.push(widened);
  }
  const wider: Graph = {
    ...graph,
    nodes,
    constants,
    inputs: [{ ...input, dims: ['batch', ...(input.dims ?? []).slice(1)] }],
  };
  return { ...model, graph: wider };
}

interface Context {
  readonly node: Node;
  /** Which inputs depend on the image, and so have it as their first axis. */
  readonly perImage: readonly boolean[];
  dims(value: string): readonly number[];
  known(value: string | undefined): readonly number[] | undefined;
  addInts(values: readonly number[]): string;
}

/** The node for a batch, or undefined if it would mix rows. */
function widen(context: Context): Node | undefined {
  const { node } = context;
  if (node.domain !== '' || Object.values(node.attributes).some(({ kind }) => kind === 'graph')) return undefined;
  const check = checks[node.operator];
  const answer = check?.(context);
  if (answer === true) return node;
  return answer || undefined;
}

type Check = (context: Context) => boolean | Node;

/** Elementwise: each output element depends only on the input elements at its position. */
const pointwise: Check = ({ node: { inputs, outputs }, perImage, dims }) => {
  const rank = dims(outputs[0] as string).length;
  return inputs.every((input, index) => {
    if (input === '') return true;
    const shape = dims(input);
    // Whatever does not depend on the image must be the same for all images.
    return perImage[index] ? shape.length === rank : shape.length < rank || shape[0] === 1;
  });
};

/** Only the first input may depend on the image; the others are weights. */
const weighted: Check = ({ perImage }) => perImage.every((depends, index) => depends === (index === 0));

const axisNotFirst =
  (missing: number): Check =>
  (context) => {
    const { node, dims } = context;
    const rank = dims(node.inputs[0] as string).length;
    return weighted(context) && normalized(intAttribute(node, 'axis', missing), rank) !== 0;
  };

const axesNotFirst: Check = (context) => {
  const { node, dims, known } = context;
  const rank = dims(node.inputs[0] as string).length;
  const axes = intsAttribute(node, 'axes') ?? known(node.inputs[1]);
  return (
    weighted(context) && axes !== undefined && axes.length > 0 && axes.every((axis) => normalized(axis, rank) !== 0)
  );
};

const unaryOperators =
  'Identity Dropout Relu LeakyRelu Elu Selu Celu ThresholdedRelu Sigmoid HardSigmoid HardSwish Swish Tanh Gelu Erf Mish Softplus Softsign Exp Log Sqrt Reciprocal Abs Neg Sign Floor Ceil Round Cast Not Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Shrink Clip';
const elementwiseOperators =
  'Add Sub Mul Div Pow Min Max Sum Mean Where Mod PRelu Greater Less Equal GreaterOrEqual LessOrEqual And Or Xor';
const weightedOperators =
  'Conv ConvTranspose MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool BatchNormalization InstanceNormalization GroupNormalization LRN DepthToSpace SpaceToDepth';

function all(names: string, check: Check): Record<string, Check> {
  return Object.fromEntries(names.split(' ').map((name) => [name, check]));
}

const checks: Readonly<Record<string, Check>> = {
  ...all(unaryOperators, weighted),
  ...all(elementwiseOperators, pointwise),
  ...all(weightedOperators, weighted),
  ...all('Softmax LogSoftmax LayerNormalization', axisNotFirst(-1)),
  ...all('LpNormalization', axisNotFirst(-1)),
  ...all('Split Gather', axisNotFirst(0)),
  ...all('ArgMax ArgMin', axisNotFirst(0)),
  ...all('QuantizeLinear', axisNotFirst(1)),
  ...all('TopK', axisNotFirst(-1)),
  ...all(
    'ReduceSum ReduceMean ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp Squeeze',
    axesNotFirst,
  ),
  Concat: ({ node, perImage, dims }) =>
    perImage.every(Boolean) && normalized(intAttribute(node, 'axis', 0), dims(node.inputs[0] as string).length) !== 0,
  Flatten: ({ node }) => intAttribute(node, 'axis', 1) === 1,
  Transpose: ({ node }) => intsAttribute(node, 'perm')?.[0] === 0,
  Unsqueeze: ({ node: { inputs, outputs }, dims, known }) => {
    const rank = dims(outputs[0] as string).length;
    return known(inputs[1])?.every((axis) => normalized(axis, rank) !== 0) ?? false;
  },
  Slice: (context) => {
    const { node, dims, known } = context;
    const rank = dims(node.inputs[0] as string).length;
    const axes = known(node.inputs[3]);
    return weighted(context) && (axes?.every((axis) => normalized(axis, rank) !== 0) ?? false);
  },
  Pad: (context) => {
    const { node, dims, known } = context;
    const rank = dims(node.inputs[0] as string).length;
    const pads = known(node.inputs[1]);
    return weighted(context) && !node.inputs[3] && pads !== undefined && pads[0] === 0 && pads[rank] === 0;
  },
  Resize: (context) => {
    const { node, dims } = context;
    const [before, after] = [node.inputs[0], node.outputs[0]].map((value) => dims(value as string));
    // Sizes would have to name the batch; scales need not.
    return (
      weighted(context) && !node.inputs[3] && context.known(node.inputs[2])?.[0] === 1 && before?.[0] === after?.[0]
    );
  },
  Gemm: ({ node, perImage, dims }) => {
    const bias = node.inputs[2];
    const isShared = !bias || dims(bias).length < 2 || dims(bias)[0] === 1;
    return perImage[0] === true && !perImage[1] && !perImage[2] && isShared && intAttribute(node, 'transA', 0) === 0;
  },
  MatMul: ({ node, perImage, dims }) => {
    const [a = [], b = []] = node.inputs.map((value) => dims(value));
    if (perImage[0] && perImage[1]) return a.length === b.length && a.length >= 3;
    if (perImage[0])
      return (
        a.length >= 2 &&
        (b.length <= 2 || (b.length <= a.length && a.length >= 3 && (b.length < a.length || b[0] === 1)))
      );
    return b.length >= 3 && (a.length < b.length || a[0] === 1);
  },
  /** Each image has its own grid. */
  GridSample: ({ perImage }) => perImage.every(Boolean),
  /** An image's elements keep their order, so rows of a batch stay rows if the first axis is copied. */
  Reshape: ({ node, dims, known, addInts }) => {
    const target = known(node.inputs[1]);
    const [result] = dims(node.outputs[0] as string);
    if (target === undefined || result !== 1 || dims(node.inputs[0] as string)[0] !== 1) return false;
    if (intAttribute(node, 'allowzero', 0) !== 0) return false;
    return { ...node, inputs: [node.inputs[0] as string, addInts([0, ...target.slice(1)])] };
  },
};

function normalized(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
