import type { Node } from '../../../../src/models/onnx/graph/graph.ts';
import type { Tensor } from './tensor.ts';

/**
 * What an operator does, as the ONNX standard says, in float64 and as plainly as it can be written: slow, and independent of
 * ONNX Runtime and of the rules that are checked by it. An input that is left out is undefined.
 */
export type Operator = (inputs: readonly (Tensor | undefined)[], node: Node) => readonly Tensor[];
