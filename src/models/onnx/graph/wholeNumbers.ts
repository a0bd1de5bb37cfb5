import {
  type Constant,
  type ElementType,
  elementCount,
  elementTypes,
  floatConstant,
  type Graph,
  intAttribute,
  type Node,
  numbersOf,
  stringAttribute,
} from './graph.ts';
import { freePrefix, GraphBuilder } from './graphBuilder.ts';

const floatTypes: readonly number[] = [elementTypes.float32, elementTypes.float16, elementTypes.float64];
/** Types that hold gray levels and small sums of them; others wrap around. */
const wideTypes: readonly number[] = [elementTypes.int32, elementTypes.int64];
/** Operators that rearrange their input, and take integers only to say how. */
const arranging = new Set(
  'Identity Transpose Reshape Flatten Squeeze Unsqueeze Gather Slice Split Expand Tile MaxPool DepthToSpace SpaceToDepth'.split(
    ' ',
  ),
);
/** Operators whose constants mix with the numbers of the image. */
const joining = new Set(['Concat', 'Max', 'Min', 'Clip']);
const arithmetic = new Set(['Add', 'Sub']);

/**
 * The graph of a model that takes gray levels as integers, for whole numbers in float32: everything done to them before
 * conversion to floating point gives the same result, and passes gradients.
 * @returns undefined if something is done to them that works only with integers.
 */
export function inFloats(graph: Graph, input: string): Graph | undefined {
  const build = new GraphBuilder(0, freePrefix(graph, 'levels'));
  const types = new Map<string, number>([[input, elementTypes.uint8]]);
  const isWhole = (value: string) => types.has(value);
  /** An integer constant as float32; an omitted input unchanged. */
  const asFloat = (value: string): string | undefined => {
    if (value === '' || isWhole(value)) return value;
    const constant = graph.constants.get(value);
    return constant && isInteger(constant)
      ? build.constant(floatConstant(numbersOf(constant), constant.dims))
      : undefined;
  };
  const changed = (node: Node): readonly Node[] | undefined => {
    const { operator, domain, inputs, outputs } = node;
    const wholes = inputs.filter(isWhole);
    if (wholes.length === 0 || operator === 'Shape') return [node];
    if (domain !== '') return undefined;
    const type = types.get(wholes[0] as string) as number;
    const gives = (own: number) => {
      for (const output of outputs) types.set(output, own);
    };
    const all = () => {
      const given = inputs.map(asFloat);
      return given.every((value) => value !== undefined) ? [{ ...node, inputs: given }] : undefined;
    };
    if (operator === 'Cast') {
      const to = intAttribute(node, 'to', 0);
      if (floatTypes.includes(to)) return [node];
      if (!wideTypes.includes(to)) return undefined;
      gives(to);
      return [{ ...node, operator: 'Identity', attributes: {} }];
    }
    if (operator === 'DequantizeLinear') return dequantized(node, graph, asFloat, build);
    if (arranging.has(operator)) {
      gives(type);
      return isWhole(inputs[0] as string) && wholes.length === 1 ? [node] : undefined;
    }
    if (operator === 'Pad') {
      gives(type);
      const [x = '', pads = '', value = '', ...axes] = inputs;
      const filling = asFloat(value);
      return filling === undefined ? undefined : [{ ...node, inputs: [x, pads, filling, ...axes] }];
    }
    if (operator === 'Resize' && stringAttribute(node, 'mode', 'nearest') === 'nearest') {
      gives(type);
      return [node];
    }
    if (joining.has(operator) || (arithmetic.has(operator) && wideTypes.includes(type))) {
      gives(type);
      return all();
    }
    return undefined;
  };
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const own = changed(node);
    if (own === undefined) return undefined;
    nodes.push(...own);
  }
  return { ...graph, nodes, constants: new Map([...graph.constants, ...build.constants]) };
}

/** (x − zero point) · scale, for one scale. */
function dequantized(
  { inputs: [x = '', scale = '', zero = ''], outputs }: Node,
  { constants }: Graph,
  asFloat: (value: string) => string | undefined,
  build: GraphBuilder,
): readonly Node[] | undefined {
  const shift = asFloat(zero);
  const isOne = constants.get(scale)?.type === 'float32' && elementCount(constants.get(scale)?.dims ?? [0]) === 1;
  if (shift === undefined || !isOne) return undefined;
  const shifted = shift === '' ? x : build.sub(x, shift);
  return [...build.nodes.splice(0), { operator: 'Mul', domain: '', inputs: [shifted, scale], outputs, attributes: {} }];
}

const integers: ReadonlySet<ElementType> = new Set(['uint8', 'int8', 'uint16', 'int16', 'int32', 'int64']);

function isInteger({ type, data }: Constant): boolean {
  return integers.has(type) && data instanceof Uint8Array;
}
