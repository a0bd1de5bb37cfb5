import { UnderivableGradient } from '../gradient/derive.ts';
import { gradientModel } from '../gradient/gradientModel.ts';
import { dependents } from '../graph/dependents.ts';
import type { ElementType, Graph, Value } from '../graph/graph.ts';
import type { Inspection } from '../graph/inspect.ts';
import { oldestOpset } from '../graph/upgrade.ts';

const halves: ReadonlySet<ElementType | undefined> = new Set(['float16', 'bfloat16']);

/** Why a gradient cannot be derived, and what to export instead; undefined if it can. */
export function obstacleTo(inspection: Inspection): string | undefined {
  const { graph, opsets } = inspection.model;
  const opset = opsets.get('') ?? 0;
  if (opset < oldestOpset) {
    return `it uses version ${opset} of ONNX’s operators; export it in version ${oldestOpset} or newer`;
  }
  if (computesInHalves(graph)) return 'it computes in float16; export it in float32';
  try {
    gradientModel(inspection, { kinds: ['crossEntropy'], activations: [], several: false });
    // Of what is rounded to whole numbers, a gradient may be derived that is zero everywhere.
    return roundsToFewBits(graph) ? `no gradient passes QuantizeLinear${adviceOn(['QuantizeLinear'])}` : undefined;
  } catch (error) {
    if (!(error instanceof UnderivableGradient)) throw error;
    const operators = error.obstacles.map(({ operator }) => operator);
    return `no gradient passes ${error.message}${adviceOn(operators)}`;
  }
}

/**
 * Whether anything that depends on the image is computed in 16 bits; just storing numbers in 16 bits does not matter.
 */
function computesInHalves(graph: Graph): boolean {
  const [input] = graph.inputs as [Value];
  const onImage = dependents(graph, input.name);
  const isHalf = (value: string) => halves.has(graph.constants.get(value)?.type);
  return graph.nodes.some(({ inputs }) => inputs.some((value) => onImage.has(value)) && inputs.some(isHalf));
}

/** Whether anything that depends on the image is rounded to numbers of few bits. */
function roundsToFewBits(graph: Graph): boolean {
  const [input] = graph.inputs as [Value];
  const onImage = dependents(graph, input.name);
  return graph.nodes.some(({ operator, inputs }) => operator === 'QuantizeLinear' && onImage.has(inputs[0] ?? ''));
}

/** What to do about operators that tools add to an exported model. */
function adviceOn(operators: readonly string[]): string {
  if (operators.some((name) => /quantize|QLinear|Integer$/i.test(name))) {
    return ': the model was quantized. Attack the original float32 model';
  }
  if (operators.some((name) => /^com\.microsoft\.|^ai\.onnx\.contrib/.test(name))) {
    return ': ONNX Runtime’s optimizer put its own operators into this file. Use the file as exported';
  }
  return '';
}
