import * as tf from '@tensorflow/tfjs-layers';
import { IMAGE_SIZE } from './renderSign.ts';

/**
 * A small residual network for RGB images scaled to -1..1: two convolutions with pooling, a residual block, a
 * depthwise-separable convolution, one wide convolution, then the mean over the image decides.
 */
export function buildNetwork(classes: number, seed: number): tf.LayersModel {
  const layers = new LayerFactory(seed);
  const image = tf.input({ shape: [IMAGE_SIZE, IMAGE_SIZE, 3], name: 'image' });
  let x = layers.convolution('stem', image, 16, 3);
  x = layers.halve('stem', x);
  x = layers.convolution('widen', x, 32, 3);
  const branch = layers.normalization('residual', layers.plainConvolution('residual', x, 32, 3));
  x = layers.relu('residual', tf.layers.add({ name: 'residual_add' }).apply([x, branch]) as tf.SymbolicTensor);
  x = layers.halve('residual', x);
  x = layers.depthwise('separable_depth', x, 3);
  x = layers.convolution('separable_point', x, 64, 1);
  x = layers.convolution('head', x, 64, 3);
  x = tf.layers.globalAveragePooling2d({ name: 'head_mean' }).apply(x) as tf.SymbolicTensor;
  const probabilities = layers.classifier('probabilities', x, classes);
  return tf.model({ name: 'signs', inputs: image, outputs: probabilities });
}

/** Adds layers with consistent names, and gives each a seed of its own so that training can be repeated. */
export class LayerFactory {
  private seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  convolution(name: string, x: tf.SymbolicTensor, filters: number, kernelSize: number): tf.SymbolicTensor {
    return this.relu(name, this.normalization(name, this.plainConvolution(name, x, filters, kernelSize)));
  }

  /** Without a bias, because the normalization that follows has one. */
  plainConvolution(name: string, x: tf.SymbolicTensor, filters: number, kernelSize: number): tf.SymbolicTensor {
    const kernelInitializer = this.initializer();
    const layer = tf.layers.conv2d({
      name: `${name}_conv`,
      filters,
      kernelSize,
      padding: 'same',
      useBias: false,
      kernelInitializer,
    });
    return layer.apply(x) as tf.SymbolicTensor;
  }

  depthwise(name: string, x: tf.SymbolicTensor, kernelSize: number): tf.SymbolicTensor {
    const depthwiseInitializer = this.initializer();
    const layer = tf.layers.depthwiseConv2d({
      name: `${name}_conv`,
      kernelSize,
      padding: 'same',
      useBias: false,
      depthwiseInitializer,
    });
    return this.relu(name, this.normalization(name, layer.apply(x) as tf.SymbolicTensor));
  }

  normalization(name: string, x: tf.SymbolicTensor): tf.SymbolicTensor {
    return tf.layers.batchNormalization({ name: `${name}_norm`, momentum: 0.9 }).apply(x) as tf.SymbolicTensor;
  }

  relu(name: string, x: tf.SymbolicTensor): tf.SymbolicTensor {
    return tf.layers.activation({ name: `${name}_relu`, activation: 'relu' }).apply(x) as tf.SymbolicTensor;
  }

  halve(name: string, x: tf.SymbolicTensor): tf.SymbolicTensor {
    return tf.layers.maxPooling2d({ name: `${name}_pool`, poolSize: 2 }).apply(x) as tf.SymbolicTensor;
  }

  average(name: string, x: tf.SymbolicTensor): tf.SymbolicTensor {
    return tf.layers.averagePooling2d({ name: `${name}_pool`, poolSize: 2 }).apply(x) as tf.SymbolicTensor;
  }

  hidden(name: string, x: tf.SymbolicTensor, units: number): tf.SymbolicTensor {
    const kernelInitializer = this.initializer();
    const layer = tf.layers.dense({ name, units, activation: 'relu', kernelInitializer });
    return layer.apply(x) as tf.SymbolicTensor;
  }

  classifier(name: string, x: tf.SymbolicTensor, classes: number): tf.SymbolicTensor {
    const kernelInitializer = this.initializer();
    const layer = tf.layers.dense({ name, units: classes, activation: 'softmax', kernelInitializer });
    return layer.apply(x) as tf.SymbolicTensor;
  }

  private initializer() {
    this.seed += 1;
    return tf.initializers.heNormal({ seed: this.seed });
  }
}
