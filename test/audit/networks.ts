import { initializers, input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { imageShape } from './images.ts';

const { height, width, channels } = imageShape;
const classes = 10;

type Layer = { apply(x: SymbolicTensor): unknown };
type Activation = 'relu' | 'elu' | 'tanh' | 'sigmoid' | 'selu' | 'relu6';

/** Layers whose weights come from one seed. */
class Factory {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  dense(units: number, activation?: Activation | 'softmax'): Layer {
    return layers.dense({ units, kernelInitializer: this.#initializer(), ...(activation ? { activation } : {}) });
  }

  convolution(filters: number, activation?: Activation, strides = 1): Layer {
    return layers.conv2d({
      filters,
      kernelSize: 3,
      strides,
      padding: 'same',
      kernelInitializer: this.#initializer(),
      ...(activation ? { activation } : {}),
    });
  }

  dropout(rate: number): Layer {
    return layers.dropout({ rate, seed: this.#next() });
  }

  #initializer() {
    return initializers.glorotUniform({ seed: this.#next() });
  }

  #next(): number {
    this.#seed += 1;
    return this.#seed;
  }
}

const maximum = () => layers.maxPooling2d({ poolSize: 2 });
const average = () => layers.averagePooling2d({ poolSize: 2 });
const flatten = () => layers.flatten();
const normalization = () => layers.batchNormalization({ momentum: 0.8 });

/** Ordinary small networks, each ending in a softmax. */
export const architectures: Readonly<Record<string, (factory: Factory) => readonly Layer[]>> = {
  'softmax regression': () => [flatten()],
  'perceptron, relu': (make) => [flatten(), make.dense(64, 'relu')],
  'deep perceptron, tanh': (make) => [flatten(), make.dense(64, 'tanh'), make.dense(64, 'tanh')],
  'perceptron, sigmoid': (make) => [flatten(), make.dense(100, 'sigmoid')],
  'perceptron, selu, dropout': (make) => [flatten(), make.dense(128, 'selu'), make.dropout(0.3)],
  'convolutions, relu, max pooling': (make) => [
    make.convolution(8, 'relu'),
    maximum(),
    make.convolution(16, 'relu'),
    maximum(),
    flatten(),
    make.dense(32, 'relu'),
  ],
  'convolutions, elu, strided': (make) => [
    make.convolution(8, 'elu', 2),
    make.convolution(16, 'elu', 2),
    flatten(),
    make.dense(32, 'elu'),
  ],
  'convolutions, tanh, average pooling': (make) => [
    make.convolution(6, 'tanh'),
    average(),
    make.convolution(12, 'tanh'),
    average(),
    flatten(),
  ],
  'convolutions, batch normalization': (make) => [
    make.convolution(8, undefined, 2),
    normalization(),
    layers.reLU(),
    make.convolution(16, undefined, 2),
    normalization(),
    layers.reLU(),
    flatten(),
  ],
  'convolutions, leaky relu, dropout': (make) => [
    make.convolution(8),
    layers.leakyReLU({ alpha: 0.1 }),
    maximum(),
    make.convolution(16, 'relu6'),
    maximum(),
    flatten(),
    make.dropout(0.3),
  ],
};

/** Builds a network of this name with weights of this seed, untrained. */
export function build(name: string, seed: number): LayersModel {
  const make = new Factory(seed);
  const image = input({ shape: [height, width, channels] });
  const steps = [...(architectures[name]?.(make) ?? []), make.dense(classes, 'softmax')];
  const outputs = steps.reduce((x, step) => step.apply(x) as SymbolicTensor, image);
  return model({ inputs: image, outputs });
}
