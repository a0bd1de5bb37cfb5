import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { registerKerasActivations } from './kerasActivations.ts';
import { registerOnnxLayers } from './onnxLayers/catalog.ts';

/** The least standard deviation that Keras divides by. */
const leastDeviation = 1e-7;

/** Keras's Normalization of each channel: (x − mean) / √variance, given in the config or learned from data. */
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
      throw new Error('Normalization of axes other than the last is not supported');
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

/**
 * Stretches images to a size, or by a factor in each direction, with pixel corners aligned. TensorFlow.js's own layer for
 * sizes loses the batch.
 */
export class ResizingAsInKeras extends tfl.layers.Layer {
  static className = 'ResizingAsInKeras';
  readonly #config: ResizingConfig;

  constructor(config: tf.serialization.ConfigDict) {
    super(config);
    this.#config = config as unknown as ResizingConfig;
    if (config.interpolation !== 'bilinear' && config.interpolation !== 'nearest') {
      throw new Error(`Resizing with the interpolation "${config.interpolation}" is not supported`);
    }
  }

  override computeOutputShape([batch, rows, columns, channels]: tfl.Shape): tfl.Shape {
    return [batch ?? null, ...stretchedSize(this.#config, [rows ?? 1, columns ?? 1]), channels ?? null];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = [inputs].flat() as [tf.Tensor4D];
    const resize = this.#config.interpolation === 'nearest' ? tf.image.resizeNearestNeighbor : tf.image.resizeBilinear;
    return tf.tidy(() => resize(x, stretchedSize(this.#config, [x.shape[1], x.shape[2]]), false, true));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#config } as unknown as tf.serialization.ConfigDict;
  }
}

/** The size that images are stretched to, or the factors by which. */
export interface ResizingConfig {
  readonly interpolation: 'bilinear' | 'nearest';
  readonly height?: number;
  readonly width?: number;
  readonly size?: readonly [number, number];
}

/** Rows and columns of images after stretching. */
export function stretchedSize(
  { height, width, size }: ResizingConfig,
  [rows, columns]: readonly [number, number],
): [number, number] {
  return size === undefined ? [Number(height), Number(width)] : [rows * size[0], columns * size[1]];
}

/** The center of images. TensorFlow.js's own layer changes the shape of the model's input in place. */
class CenterCrop extends tfl.layers.Layer {
  static className = 'CenterCrop';
  readonly #size: { readonly height: number; readonly width: number };

  constructor(config: tf.serialization.ConfigDict) {
    super(config);
    this.#size = { height: Number(config.height), width: Number(config.width) };
  }

  override computeOutputShape([batch, height, width, channels]: tfl.Shape): tfl.Shape {
    const { height: rows, width: columns } = this.#size;
    if ((height ?? rows) < rows || (width ?? columns) < columns) {
      throw new Error(`CenterCrop to ${rows} × ${columns} pixels of smaller images is not supported`);
    }
    return [batch ?? null, rows, columns, channels ?? null];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { height, width } = this.#size;
    const [x] = [inputs].flat() as [tf.Tensor4D];
    const [, rows, columns] = x.shape;
    const start: [number, number, number, number] = [0, (rows - height) >> 1, (columns - width) >> 1, 0];
    return tf.tidy(() => tf.slice4d(x, start, [-1, height, width, -1]));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#size };
  }
}

type DepthwiseBase = new (config: tf.serialization.ConfigDict) => tfl.layers.Layer;
const OwnDepthwise = tfl.layers.depthwiseConv2d({ kernelSize: 1 }).constructor as DepthwiseBase;

/** TensorFlow.js's own layer ignores the dilation in its output size. */
class DepthwiseConv2D extends OwnDepthwise {
  static className = 'DepthwiseConv2D';

  override computeOutputShape(given: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    const [batch = null, height, width] = given as tfl.Shape;
    const whole = super.computeOutputShape(given) as tfl.Shape;
    const { kernelSize, strides, padding, dilationRate } = this.getConfig() as Record<string, number[]> & {
      padding: string;
    };
    if (padding !== 'valid') return whole;
    const sizes = [height, width].map((size, axis) => {
      const reach = ((kernelSize?.[axis] ?? 1) - 1) * (dilationRate?.[axis] ?? 1);
      return size == null ? null : Math.floor((size - reach - 1) / (strides?.[axis] ?? 1)) + 1;
    });
    return [batch, ...sizes, whole.at(-1) ?? null];
  }
}

let isRegistered = false;

/** Registers layers and activations of Keras that TensorFlow.js lacks. */
export function registerKerasLayers(): void {
  if (isRegistered) return;
  isRegistered = true;
  const own = [CenterCrop, GlobalAveragePooling2DKeepingAxes, GlobalMaxPooling2DKeepingAxes, DepthwiseConv2D];
  for (const layer of [Normalization, ResizingAsInKeras, ...own]) tf.serialization.registerClass(layer as never);
  registerOnnxLayers();
  registerKerasActivations();
}
