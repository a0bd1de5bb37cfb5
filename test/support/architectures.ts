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

/** The same, with the given layers after the image has become a vector. */
function vectorClassifierOf(...steps: Layer[]): LayersModel {
  const x = input({ shape: [9, 9, 3] });
  return model({ inputs: x, outputs: chain(x, layers.flatten(), ...steps, layers.dense({ units: 5 })) });
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

/** A model with the given layers after a convolution. */
const after = (...steps: Layer[]) => classifierOf(conv2d({ filters: 4, kernelSize: 3 }), ...steps);

/** A layer of several inputs, on three convolutions of an image. */
function merged(layer: Layer): LayersModel {
  const x = input({ shape: [9, 9, 3] });
  const branches = [1, 2, 3].map((kernelSize) => chain(x, conv2d({ filters: 4, kernelSize, padding: 'same' })));
  return model({
    inputs: x,
    outputs: chain(layer.apply(branches) as SymbolicTensor, layers.flatten(), layers.dense({ units: 5 })),
  });
}

const activationNames = [
  ...['elu', 'gelu', 'hardSigmoid', 'linear', 'logSoftmax', 'mish', 'relu', 'relu6', 'selu', 'sigmoid', 'softmax'],
  ...['softplus', 'softsign', 'swish', 'tanh'],
];

/** Small models, one for each further kind of layer that can be lowered to ONNX. */
export const furtherArchitectures: Readonly<Record<string, () => LayersModel>> = {
  ...Object.fromEntries(
    activationNames.map((name) => [
      `the activation ${name}`,
      () => after(layers.activation({ activation: name as 'elu' })),
    ]),
  ),
  'leaky relu': () => after(layers.leakyReLU({})),
  'parametric relu': () => after(layers.prelu({})),
  'parametric relu of each channel': () => after(layers.prelu({ sharedAxes: [1, 2] })),
  'parametric relu of a vector': () => vectorClassifierOf(layers.dense({ units: 7 }), layers.prelu({})),
  'relu up to 2': () => after(layers.reLU({ maxValue: 2 })),
  'relu up to 6': () => after(layers.reLU({ maxValue: 6 })),
  'thresholded relu': () => after(layers.thresholdedReLU({ theta: 0.1 })),
  'dense at every pixel': () => after(layers.dense({ units: 6, activation: 'tanh' })),
  'dense on a sequence': () =>
    classifierOf(layers.reshape({ targetShape: [27, 9] }), layers.dense({ units: 6 }), layers.softmax({ axis: -1 })),
  'transposed convolution, same': () =>
    classifierOf(
      layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
    ),
  'transposed convolution, kernel smaller than strides': () =>
    classifierOf(layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 3 })),
  'convolution, unequal strides and kernel, same': () =>
    classifierOf(conv2d({ filters: 4, kernelSize: [2, 5], strides: [1, 2], padding: 'same' })),
  'separable convolution, multiplier 2, strided': () =>
    classifierOf(separableConv2d({ filters: 6, kernelSize: 3, depthMultiplier: 2, strides: 2, padding: 'same' })),
  'depthwise convolution with batch normalization, multiplier 2': () =>
    classifierOf(depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, useBias: false }), layers.batchNormalization()),
  'batch normalization after relu': () => after(layers.reLU(), layers.batchNormalization()),
  'batch normalization of vectors': () =>
    vectorClassifierOf(layers.reLU(), layers.batchNormalization(), layers.dense({ units: 6 })),
  'batch normalization of a sequence': () =>
    classifierOf(layers.reshape({ targetShape: [27, 9] }), layers.batchNormalization()),
  rescaling: () => classifierOf(layers.rescaling({ scale: 1 / 255, offset: -1 })),
  'layer normalization': () => after(layers.layerNormalization()),
  'layer normalization without scale and center': () =>
    after(layers.layerNormalization({ scale: false, center: false })),
  'max pooling, strides larger than the window': () => after(layers.maxPooling2d({ poolSize: 2, strides: 3 })),
  'average pooling, valid': () => after(layers.averagePooling2d({ poolSize: [2, 3] })),
  'average pooling, same, strides larger than the window': () =>
    after(layers.averagePooling2d({ poolSize: 1, strides: 3, padding: 'same' })),
  'global max pooling': () => {
    const x = input({ shape: [9, 9, 3] });
    return model({
      inputs: x,
      outputs: chain(
        x,
        conv2d({ filters: 6, kernelSize: 3 }),
        layers.globalMaxPooling2d({}),
        layers.dense({ units: 5 }),
      ),
    });
  },
  addition: () => merged(layers.add()),
  'addition of a vector to every pixel': () => {
    const x = input({ shape: [9, 9, 3] });
    const vector = chain(x, layers.globalAveragePooling2d({}), layers.reshape({ targetShape: [1, 1, 3] }));
    const sum = layers.add().apply([x, vector]) as SymbolicTensor;
    return model({ inputs: x, outputs: chain(sum, layers.flatten(), layers.dense({ units: 5 })) });
  },
  multiplication: () => merged(layers.multiply()),
  mean: () => merged(layers.average()),
  maximum: () => merged(layers.maximum()),
  minimum: () => merged(layers.minimum()),
  concatenation: () => merged(layers.concatenate()),
  'concatenation of rows': () => merged(layers.concatenate({ axis: 1 })),
  'concatenation of columns': () => merged(layers.concatenate({ axis: 2 })),
  'squeeze and excitation': () => {
    const x = input({ shape: [9, 9, 3] });
    const features = chain(x, conv2d({ filters: 4, kernelSize: 3 }));
    const gate = chain(
      features,
      layers.globalAveragePooling2d({}),
      layers.reshape({ targetShape: [1, 1, 4] }),
      conv2d({ filters: 2, kernelSize: 1, activation: 'relu' }),
      conv2d({ filters: 4, kernelSize: 1, activation: 'sigmoid' }),
    );
    const gated = layers.multiply().apply([features, gate]) as SymbolicTensor;
    return model({ inputs: x, outputs: chain(gated, layers.flatten(), layers.dense({ units: 5 })) });
  },
  'uneven zero padding': () =>
    after(
      layers.zeroPadding2d({
        padding: [
          [0, 1],
          [2, 3],
        ],
      }),
    ),
  'zero padding before max pooling': () => after(layers.zeroPadding2d({}), layers.maxPooling2d({ poolSize: 2 })),
  cropping: () =>
    after(
      layers.cropping2D({
        cropping: [
          [0, 1],
          [2, 1],
        ],
      }),
    ),
  'nearest upsampling': () => after(layers.upSampling2d({ size: [2, 3] })),
  'bilinear upsampling': () => after(layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear' })),
  'reshaping to another image': () =>
    after(layers.reshape({ targetShape: [14, 2, 7] }), conv2d({ filters: 2, kernelSize: 2 })),
  permutation: () => after(layers.permute({ dims: [3, 1, 2] }), conv2d({ filters: 2, kernelSize: 2 })),
  'what acts in training alone': () =>
    after(
      layers.gaussianNoise({ stddev: 1 }),
      layers.gaussianDropout({ rate: 0.5 }),
      layers.alphaDropout({ rate: 0.5 }),
    ),
  'a layer called twice': () => {
    const x = input({ shape: [9, 9, 3] });
    const shared = conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'tanh' });
    return model({
      inputs: x,
      outputs: chain(x, shared, layers.batchNormalization(), shared, layers.flatten(), layers.dense({ units: 5 })),
    });
  },
  'logits at one pixel': () => {
    const x = input({ shape: [9, 9, 3] });
    return model({ inputs: x, outputs: chain(x, conv2d({ filters: 5, kernelSize: 9 }), layers.softmax({ axis: -1 })) });
  },
};
