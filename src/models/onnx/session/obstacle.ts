import { UnderivableGradient } from '../gradient/derive.ts';
import { gradientModel } from '../gradient/gradientModel.ts';
import type { Inspection } from '../graph/inspect.ts';
import { oldestOpset } from '../graph/upgrade.ts';

/** Why a gradient cannot be derived, and what to export instead; undefined where it can. */
export function obstacleTo(inspection: Inspection): string | undefined {
  const { graph, opsets } = inspection.model;
  const opset = opsets.get('') ?? 0;
  if (opset < oldestOpset) {
    return `it is written in version ${opset} of ONNX’s operators; export it in version ${oldestOpset} or newer`;
  }
  const halves = [...graph.constants.values()].some(({ type }) => type === 'float16' || type === 'bfloat16');
  if (halves) return 'it computes in float16; export it in float32';
  try {
    gradientModel(inspection, { kinds: ['crossEntropy'], activations: [], several: false });
    return undefined;
  } catch (error) {
    if (!(error instanceof UnderivableGradient)) throw error;
    const operators = error.obstacles.map(({ operator }) => operator);
    return `no gradient passes ${error.message}${adviceOn(operators)}`;
  }
}

/** What to do about operators that tools add to a model after it was exported. */
function adviceOn(operators: readonly string[]): string {
  if (operators.some((name) => /quantize|QLinear|Integer$/i.test(name))) {
    return ': the model was quantized. Attack the float32 model that it was made from';
  }
  if (operators.some((name) => /^com\.microsoft\.|^ai\.onnx\.contrib/.test(name))) {
    return ': ONNX Runtime’s optimizer put operators of its own into this file. Take the file as it was exported';
  }
  return '';
}
