import { input, type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';

type Layer = { apply(x: SymbolicTensor | SymbolicTensor[]): unknown };

function chain(x: SymbolicTensor, ...steps: Layer[]): SymbolicTensor {
  return steps.reduce((value, layer) => layer.apply(value) as SymbolicTensor, x);
}

/** A model of 9 × 9 × 3 images with the given layers, then whatever makes 5 logits of it. */
function classifierOf(...steps: Layer[]): LayersModel {
  const x = input({ shape: [9, 9, 3] });
  const features = chain(x, ...steps, layers.flatten());
  return model({ inputs: x, outputs: chain(features, layers.dense({ units: 5 })) });
}

const { conv2d, depthwiseConv2d, separableConv2d } = layers;

/** Small models, one for each kind of layer that gradients have a rule for, and some that have none. */
export const architectures: Readonly<Record<string, () => LayersModel>> = {
  'convolution, same': () => classifierOf(conv2d({ filters: 4, kernelSize: 3, padding: 'same' })),
  'convolution, even kernel, no bias': () => classifierOf(conv2d({ filters: 4, kernelSize: [2, 4], useBias: false })),
  'convolution, strided, same': () => classifierOf(conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })),
  'convolution, strided, valid': () => classifierOf(conv2d({ filters: 4, kernelSize: 4, strides: 3 })),
  'convolution, stride 2 and kernel 1': () => classifierOf(conv2d({ filters: 4, kernelSize: 1, strides: 2 })),
  'convolution, unequal strides': () => classifierOf(conv2d({ filters: 4, kernelSize: 3, strides: [1, 2] })),
  'convolution, dilated': () => classifierOf(conv2d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same' })),
  'convolution with relu': () => classifierOf(conv2d({ filters: 4, kernelSize: 3, activation: 'relu' })),
  'convolution with relu6': () => classifierOf(conv2d({ filters: 4, kernelSize: 3, activation: 'relu6' })),
  'convolution with tanh': () => classifierOf(conv2d({ filters: 4, kernelSize: 3, activation: 'tanh' })),
  'depthwise convolution': () => classifierOf(depthwiseConv2d({ kernelSize: 3, padding: 'same' })),
  'depthwise convolution, strided': () =>
    classifierOf(depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', activation: 'relu6' })),
  'depthwise convolution, multiplier 2': () => classifierOf(depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 })),
  'separable convolution': () => classifierOf(separableConv2d({ filters: 6, kernelSize: 3, activation: 'relu' })),
  'transposed convolution': () => classifierOf(layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2 })),
  'batch normalization': () => classifierOf(conv2d({ filters: 4, kernelSize: 3 }), layers.batchNormalization()),
  'batch normalization without scale and center': () =>
    classifierOf(layers.batchNormalization({ scale: false, center: false })),
  'max pooling': () => classifierOf(layers.maxPooling2d({ poolSize: 2 })),
  'max pooling, overlapping': () => classifierOf(layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  'max pooling of negative values': () =>
    classifierOf(
      conv2d({ filters: 4, kernelSize: 3 }),
      layers.activation({ activation: 'sigmoid' }),
      layers.batchNormalization({ gammaInitializer: 'ones' }),
      layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    ),
  'average pooling': () => classifierOf(layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  'global average pooling': () => {
    const x = input({ shape: [9, 9, 3] });
    const steps = [
      conv2d({ filters: 6, kernelSize: 3 }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 5 }),
    ];
    return model({ inputs: x, outputs: chain(x, ...steps) });
  },
  'global max pooling, zero padding, upsampling': () => {
    const x = input({ shape: [9, 9, 3] });
    const steps = [
      layers.zeroPadding2d({ padding: 1 }),
      layers.upSampling2d({ size: [2, 2] }),
      conv2d({ filters: 6, kernelSize: 3 }),
      layers.globalMaxPooling2d({}),
      layers.dense({ units: 5 }),
    ];
    return model({ inputs: x, outputs: chain(x, ...steps) });
  },
  'activation layers': () =>
    classifierOf(
      conv2d({ filters: 4, kernelSize: 3 }),
      layers.leakyReLU({ alpha: 0.2 }),
      layers.activation({ activation: 'sigmoid' }),
      layers.elu({}),
      layers.dropout({ rate: 0.5 }),
    ),
  'residual blocks': () => {
    const x = input({ shape: [9, 9, 3] });
    const first = chain(x, conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }));
    const branch = chain(first, conv2d({ filters: 4, kernelSize: 3, padding: 'same' }), layers.batchNormalization());
    const sum = chain(layers.add().apply([first, branch]) as SymbolicTensor, layers.reLU());
    const both = layers.concatenate().apply([sum, first]) as SymbolicTensor;
    return model({ inputs: x, outputs: chain(both, layers.flatten(), layers.dense({ units: 5 })) });
  },
  'a model used as a layer': () => {
    const block = sequential({
      layers: [
        conv2d({ filters: 4, kernelSize: 3, padding: 'same', inputShape: [9, 9, 3] }),
        layers.batchNormalization(),
        layers.activation({ activation: 'relu' }),
      ],
    });
    return sequential({ layers: [block, layers.flatten(), layers.dense({ units: 5 })] });
  },
  'softmax in the last layer': () => {
    const x = input({ shape: [9, 9, 3] });
    return model({ inputs: x, outputs: chain(x, layers.flatten(), layers.dense({ units: 5, activation: 'softmax' })) });
  },
  'softmax before a reshape': () => {
    const x = input({ shape: [9, 9, 3] });
    const steps = [
      conv2d({ filters: 5, kernelSize: 9 }),
      layers.softmax({ axis: -1 }),
      layers.reshape({ targetShape: [5] }),
    ];
    return model({ inputs: x, outputs: chain(x, ...steps) });
  },
};
