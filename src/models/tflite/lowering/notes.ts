import type { Operator, Program } from '../schema.ts';

/** Operators that TensorFlow Lite computes in 8 bits when only their weights are stored in so many. */
const hybrid = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED', 'BATCH_MATMUL', 'TRANSPOSE_CONV']);

/** What to know about a model whose numbers have few bits. */
export function notesOn(operators: readonly Operator[], { tensors }: Program): string[] {
  const isQuantized = (index: number | undefined) => tensors[index ?? -1]?.quantization !== undefined;
  const rounds = operators.some(({ outputs, name }) => isQuantized(outputs[0]) && name !== 'DEQUANTIZE');
  const isHybrid = operators.some(
    ({ name, inputs, outputs }) => hybrid.has(name) && inputs.some(isQuantized) && !isQuantized(outputs[0]),
  );
  return [
    ...(rounds
      ? [
          'the model computes in 8 bits, which is simulated: every layer is rounded, so that no gradient passes, and scores may be off by some steps, as between TensorFlow Lite’s own kernels',
        ]
      : []),
    ...(isHybrid
      ? [
          'weights that are stored in 8 bits are computed with in float32; TensorFlow Lite rounds what they are multiplied by to 8 bits as well, so that its scores differ a little',
        ]
      : []),
  ];
}
