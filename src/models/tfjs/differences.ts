import * as tfl from '@tensorflow/tfjs-layers';

/**
 * Where TensorFlow.js computes a layer differently from Keras, where the model may come from: which of the two is
 * followed here.
 */
const differences: Readonly<
  Record<string, (config: Readonly<Record<string, unknown>>, rank: number) => string | undefined>
> = {
  BatchNormalization: ({ axis }, rank) =>
    axis !== -1 && axis !== rank - 1
      ? 'without a GPU, TensorFlow.js computes axes other than the last incorrectly; it is computed as in Keras'
      : undefined,
  DepthwiseConv2D: ({ dilationRate }) =>
    [dilationRate].flat().some((rate) => Number(rate ?? 1) > 1)
      ? 'TensorFlow.js ignores its dilation; it is computed as in Keras'
      : undefined,
  ResizingAsInKeras: () => 'TensorFlow.js resizes differently, or not at all; it is computed as in Keras',
  UpSampling2D: ({ interpolation }) =>
    interpolation === 'bilinear'
      ? 'TensorFlow.js interpolates at other positions than Keras; it is computed as in TensorFlow.js'
      : undefined,
};

/**
 * A note on each layer that TensorFlow.js computes differently from Keras: accuracies may differ from those in Keras.
 */
export function differencesFromKeras(model: tfl.LayersModel): string[] {
  return model.layers.flatMap((layer) => {
    if (layer instanceof tfl.LayersModel) return differencesFromKeras(layer);
    const difference = differences[layer.getClassName()]?.(
      layer.getConfig(),
      layer.inboundNodes[0]?.inputTensors[0]?.rank ?? 0,
    );
    return difference === undefined
      ? []
      : [`layer ${layer.name} (${layer.getClassName().replace('AsInKeras', '')}): ${difference}`];
  });
}
