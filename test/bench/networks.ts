import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';

const apply = (x: SymbolicTensor, ...steps: { apply(x: SymbolicTensor): unknown }[]) =>
  steps.reduce((value, step) => step.apply(value) as SymbolicTensor, x);

const add = (a: SymbolicTensor, b: SymbolicTensor) => layers.add().apply([a, b]) as SymbolicTensor;

const convolution = (filters: number, kernelSize: number, strides: number) =>
  layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false });

/** ResNet-18 for images of 32 × 32 pixels (He et al. 2016): without the stem's stride and pooling. */
export function resNet18(): LayersModel {
  const x = input({ shape: [32, 32, 3] });
  let features = apply(x, convolution(64, 3, 1), layers.batchNormalization(), layers.reLU());
  for (const [stage, filters] of [64, 128, 256, 512].entries()) {
    for (const block of [0, 1]) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      const branch = apply(
        features,
        convolution(filters, 3, strides),
        layers.batchNormalization(),
        layers.reLU(),
        convolution(filters, 3, 1),
        layers.batchNormalization(),
      );
      const shortcut =
        strides === 1 ? features : apply(features, convolution(filters, 1, strides), layers.batchNormalization());
      features = apply(add(branch, shortcut), layers.reLU());
    }
  }
  return model({
    inputs: x,
    outputs: apply(features, layers.globalAveragePooling2d({}), layers.dense({ units: 10 })),
  });
}

/** MobileNetV2 for images of 224 × 224 pixels and 1000 classes (Sandler et al. 2018, table 2). */
export function mobileNetV2(): LayersModel {
  const x = input({ shape: [224, 224, 3] });
  const relu6 = () => layers.reLU({ maxValue: 6 });
  let features = apply(x, convolution(32, 3, 2), layers.batchNormalization(), relu6());
  let channels = 32;
  const rows = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const;
  for (const [expansion, filters, repeats, first] of rows) {
    for (let block = 0; block < repeats; block++) {
      const strides = block === 0 ? first : 1;
      const wide =
        expansion === 1
          ? features
          : apply(features, convolution(expansion * channels, 1, 1), layers.batchNormalization(), relu6());
      const narrow = apply(
        wide,
        layers.depthwiseConv2d({ kernelSize: 3, strides, padding: 'same', useBias: false }),
        layers.batchNormalization(),
        relu6(),
        convolution(filters, 1, 1),
        layers.batchNormalization(),
      );
      features = strides === 1 && channels === filters ? add(narrow, features) : narrow;
      channels = filters;
    }
  }
  return model({
    inputs: x,
    outputs: apply(
      features,
      convolution(1280, 1, 1),
      layers.batchNormalization(),
      relu6(),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 1000 }),
    ),
  });
}
