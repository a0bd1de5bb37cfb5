import type { AttributeValue } from '../../../onnx/graph/graphBuilder.ts';
import type { Rule } from '../call.ts';
import { imagesIn, imagesOf, perSide, placed } from '../windows.ts';

const pool =
  (operator: string, others: Readonly<Record<string, AttributeValue>> = {}): Rule =>
  (call) => {
    const images = imagesIn(call);
    const windows = { kernel: perSide(call, 'ksize'), strides: perSide(call, 'strides'), dilations: [1, 1] } as const;
    const { attributes, sides } = placed(call, windows, images.sides);
    const value = call.build.op(operator, [images.value], { ...attributes, ...others });
    return imagesOf(call, { ...images, value, sides });
  };

/** Pooling over windows. */
export const pooling: Readonly<Record<string, Rule>> = {
  MaxPool: pool('MaxPool'),
  // TensorFlow's mean leaves out the padding.
  AvgPool: pool('AveragePool', { count_include_pad: 0 }),
};
