import { softmax } from '../../../../../../src/models/onnx/gradient/rules/softmax.ts';
import { float } from '../../../../../../src/models/onnx/graph/graphBuilder.ts';
import type { InputSpec } from '../../../../../support/onnx/checkGradient.ts';
import type { Variant } from '../../../../../support/onnx/ruleTests.ts';
import { testRules } from '../../../../../support/onnx/ruleTests.ts';

const variants: Variant[] = [
  { inputs: [{ dims: [3, 5] }] },
  { inputs: [{ dims: [2, 3, 4] }], attributes: { axis: 1 } },
  { inputs: [{ dims: [2, 3, 4] }], attributes: { axis: 0 } },
  { inputs: [{ dims: [2, 2, 2, 3], range: [-20, 20] }], attributes: { axis: -2 } },
];

const q: InputSpec = { dims: [2, 2, 2, 3] };
const kv: InputSpec = { dims: [2, 2, 3, 3] };
const attentions: Omit<Variant, 'opset'>[] = [
  { inputs: [q, kv, kv] },
  { inputs: [q, { ...kv, constant: true }, { dims: [2, 2, 3, 2] }], attributes: { scale: float(0.7) } },
  { inputs: [q, q, q, { dims: [2, 2], constant: true }] },
  { inputs: [q, kv, kv, { dims: [2, 1, 2, 3] }] },
  { inputs: [q, q, q], attributes: { is_causal: 1 } },
  {
    inputs: [{ dims: [1, 2, 4] }, { dims: [1, 3, 4] }, { dims: [1, 3, 6] }],
    attributes: { q_num_heads: 2, kv_num_heads: 2 },
  },
];

testRules('softmax', softmax, {
  Softmax: variants,
  LogSoftmax: variants,
  Attention: attentions.flatMap((variant) => [23, 26].map((opset) => ({ ...variant, opset }))),
});
