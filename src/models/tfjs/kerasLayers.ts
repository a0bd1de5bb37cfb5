import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Least standard deviation that Keras divides by. */
const leastDeviation = 1e-7;

/** Keras's Normalization of each channel: (x − mean) / √variance, given in the settings or found from data. */
export class Normalization extends tfl.layers.Layer {
  static className = 'Normalization';
  readonly #config: tf.serialization.ConfigDict;

  constructor(config: tf.serialization.ConfigDict) {
    super(config);
    this.#config = config;
  }

  override build(shape: tfl.Shape): void {
    const { axis = -1, mean } = this.#config;
    const axes = [axis].flat().filter((each) => each !== null) as number[];
    const last = shape.length - 1;
    if (axes.some((each) => each !== -1 && each !== last)) {
      throw new Error('Normalization of other axes than the last is not supported');
    }
    const own = axes.length === 0 ? [] : [shape[last] as number];
    if (mean == null) {
      this.addWeight('mean', own, 'float32', tfl.initializers.zeros(), undefined, false);
      this.addWeight('variance', own, 'float32', tfl.initializers.ones(), undefined, false);
    }
    super.build(shape);
  }

  /** Factor and shift: y = scale · x + offset. */
  affine(): { readonly scale: tf.Tensor; readonly offset: tf.Tensor } {
    const { mean: stated, variance: other } = this.#config;
    const [mean, variance] =
      stated == null
        ? this.getWeights()
        : [tf.tensor([stated].flat(3) as number[]), tf.tensor([other].flat(3) as number[])];
    const scale = tf.div(1, tf.maximum(tf.sqrt(variance as tf.Tensor), leastDeviation));
    return { scale, offset: tf.neg(tf.mul(mean as tf.Tensor, scale)) };
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const { scale, offset } = this.affine();
      return tf.add(tf.mul([inputs].flat()[0] as tf.Tensor, scale), offset);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { axis = -1, mean = null, variance = null } = this.#config;
    return { ...super.getConfig(), axis, mean, variance };
  }
}

/** Pooling of a whole image with `keepdims`: height and width stay, as axes of size 1. */
abstract class PoolingKeepingAxes extends tfl.layers.Layer {
  override computeOutputShape([batch, , , channels]: tfl.Shape): tfl.Shape {
    return [batch ?? null, 1, 1, channels ?? null];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.pool([inputs].flat()[0] as tf.Tensor));
  }

  protected abstract pool(x: tf.Tensor): tf.Tensor;
}

class GlobalAveragePooling2DKeepingAxes extends PoolingKeepingAxes {
  static className = 'GlobalAveragePooling2DKeepingAxes';

  protected override pool(x: tf.Tensor): tf.Tensor {
    return tf.mean(x, [1, 2], true);
  }
}

class GlobalMaxPooling2DKeepingAxes extends PoolingKeepingAxes {
  static className = 'GlobalMaxPooling2DKeepingAxes';

  protected override pool(x: tf.Tensor): tf.Tensor {
    return tf.max(x, [1, 2], true);
  }
}

let isRegistered = false;

/** Makes layers that Keras has, and TensorFlow.js has not, known to it. */
export function registerKerasLayers(): void {
  if (isRegistered) return;
  isRegistered = true;
  for (const layer of [Normalization, GlobalAveragePooling2DKeepingAxes, GlobalMaxPooling2DKeepingAxes]) {
    tf.serialization.registerClass(layer as never);
  }
}
