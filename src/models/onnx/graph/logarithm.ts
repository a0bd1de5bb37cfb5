import { elementCount, floatConstant, type Graph, intAttribute, intsAttribute, type Node, numbersOf } from './graph.ts';
import type { GraphBuilder } from './graphBuilder.ts';

/** Smallest number whose logarithm is taken: some machines round smaller float32 numbers to 0. */
const tiny = 1e-37;

/** Constants up to this size that are added to probabilities, or bound them, only keep a logarithm finite. */
const guard = 1e-3;

/** Operators that rearrange elements, and so commute with the logarithm. */
const arranging = new Set([
  ...['Identity', 'Dropout', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Expand', 'Tile', 'Cast'],
  ...['Slice', 'Gather', 'GatherElements', 'GatherND', 'ReduceMax', 'ReduceMin'],
]);

/** log max(value, tiny), however the value is computed. */
export function plainLogOf(value: string, build: GraphBuilder): string {
  return build.op('Log', [build.op('Max', [value, build.floats(tiny)])]);
}

/**
 * Computes the logarithm of a value that is made of softmaxes, exponentials and sigmoids by sums, products and means:
 * each step in log space (log-sum-exp), where nothing underflows. Numbers up to a thousandth that are added to it or
 * bound it are left out, which does not change the order of classes.
 * @param shapes of all values of the graph.
 * @returns the name of the logarithm, of the value's shape; undefined if the value is computed differently.
 */
export function logOf(
  value: string,
  graph: Graph,
  shapes: ReadonlyMap<string, readonly number[]>,
  build: GraphBuilder,
): string | undefined {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const known = new Map<string, string | undefined>();

  const numbers = (name: string | undefined): readonly number[] | undefined => {
    const constant = name ? graph.constants.get(name) : undefined;
    return constant?.data instanceof Uint8Array && constant.type.startsWith('float3') ? numbersOf(constant) : undefined;
  };
  const integers = (name: string | undefined): readonly number[] | undefined => {
    const constant = name ? graph.constants.get(name) : undefined;
    return constant?.data instanceof Uint8Array && constant.type.startsWith('int') ? numbersOf(constant) : undefined;
  };
  const isGuard = (name: string) => {
    const values = numbers(name);
    return values?.length === 1 && Math.abs(values[0] as number) <= guard;
  };
  const log = (name: string): string | undefined => {
    if (!known.has(name)) known.set(name, ofConstant(name) ?? ofNode(name, makers.get(name)));
    return known.get(name);
  };
  const logs = (names: readonly string[]): string[] | undefined => {
    const found = names.map(log);
    return found.every((each) => each !== undefined) ? (found as string[]) : undefined;
  };
  const ofConstant = (name: string) => {
    const values = numbers(name);
    if (!values?.every((each) => each > 0)) return undefined;
    return build.constant(floatConstant(values.map(Math.log), graph.constants.get(name)?.dims));
  };
  /** log(eᵃ + eᵇ) */
  const logAdd = (a: string, b: string) => build.add(a, build.op('Softplus', [build.sub(b, a)]));
  const shifted = (a: string | undefined, by: number) => a && build.add(a, build.floats(by));

  const ofNode = (name: string, node: Node | undefined): string | undefined => {
    if (node === undefined || node.domain !== '') return undefined;
    const { operator, inputs, outputs, attributes } = node;
    const [first = '', second = ''] = inputs;
    if (arranging.has(operator)) {
      const inner = outputs.length === 1 ? log(first) : undefined;
      return inner && build.op(operator, [inner, ...inputs.slice(1)], attributes);
    }
    switch (operator) {
      case 'Softmax':
        return build.op('LogSoftmax', [first], attributes);
      case 'Sigmoid':
        return build.neg(build.op('Softplus', [build.neg(first)]));
      case 'Exp':
        return first;
      case 'Split': {
        const inner = log(first);
        const parts = inner && build.ops('Split', [inner, ...inputs.slice(1)], attributes, outputs.length);
        return parts?.[outputs.indexOf(name)];
      }
      case 'Concat': {
        const parts = logs(inputs);
        return parts && build.op('Concat', parts, attributes);
      }
      case 'Add':
      case 'Sum':
      case 'Mean': {
        const terms = inputs.filter((input) => operator === 'Mean' || !isGuard(input));
        const sum = logs(terms)?.reduce(logAdd);
        return operator === 'Mean' ? shifted(sum, -Math.log(inputs.length)) : sum;
      }
      case 'Sub': {
        // 1 − σ(z) = σ(−z)
        const maker = makers.get(second);
        const isOne = numbers(first)?.every((each) => each === 1);
        if (!isOne || maker?.operator !== 'Sigmoid') return isGuard(second) ? log(first) : undefined;
        return build.neg(build.op('Softplus', [maker.inputs[0] as string]));
      }
      case 'Mul':
        return logs(inputs)?.reduce((a, b) => build.add(a, b));
      case 'Reciprocal': {
        const inner = log(first);
        return inner && build.neg(inner);
      }
      case 'Div': {
        const [a, b] = logs(inputs) ?? [];
        return a && b && build.sub(a, b);
      }
      case 'Max':
      case 'Min': {
        const parts = logs(inputs.filter((input) => !isGuard(input)));
        return parts && build.op(operator, parts);
      }
      case 'Clip': {
        const [low = 0, high = 1] = [...(numbers(second) ?? []), ...(numbers(inputs[2]) ?? [1])];
        return low <= guard && high >= 1 - guard ? log(first) : undefined;
      }
      case 'Sqrt':
      case 'Pow': {
        const [power = 0.5, ...more] = operator === 'Sqrt' ? [0.5] : (numbers(second) ?? [0]);
        const inner = power > 0 && more.length === 0 ? log(first) : undefined;
        return inner && build.scale(inner, power);
      }
      case 'ReduceL1':
      case 'ReduceSum':
      case 'ReduceMean': {
        const axes = second ? integers(second) : (intsAttribute(node, 'axes') ?? []);
        const [before, after] = [shapes.get(first), shapes.get(name)];
        const inner = axes && before && after && log(first);
        if (!inner) return undefined;
        const sum = reduceLogSumExp(inner, axes, intAttribute(node, 'keepdims', 1), build);
        return operator !== 'ReduceMean' ? sum : shifted(sum, -Math.log(elementCount(before) / elementCount(after)));
      }
      default:
        return undefined;
    }
  };
  return log(value);
}

function reduceLogSumExp(value: string, axes: readonly number[], keepdims: number, build: GraphBuilder): string {
  // Since version 18 of the standard, axes are an input.
  if (axes.length === 0) return build.op('ReduceLogSumExp', [value], { keepdims });
  return build.opset >= 18
    ? build.op('ReduceLogSumExp', [value, build.ints(axes)], { keepdims })
    : build.op('ReduceLogSumExp', [value], { axes, keepdims });
}

/** [0, z] for the only number z that a model of two classes gives: an image is of the second class if z is positive. */
export function withZero(value: string, batch: number | 'any', build: GraphBuilder): string {
  const column = build.reshape(value, [batch === 'any' ? -1 : batch, 1]);
  return build.op('Concat', [build.mul(column, build.floats(0)), column], { axis: 1 });
}

/** log p − log(1 − p), from p and its logarithm. */
export function logOdds(p: string, logP: string, build: GraphBuilder): string {
  return build.sub(logP, plainLogOf(build.sub(build.floats(1), p), build));
}
