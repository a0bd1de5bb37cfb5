import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { firstLineOf } from '../../../userError.ts';
import { activationOf } from '../lowering/activations.ts';
import type { LayoutBuilder, Lowered } from '../lowering/layoutBuilder.ts';
import type { Config, OnnxStep } from '../lowering/step.ts';
import { refusedLayer } from '../refusedLayer.ts';

/** A kind of layer that Keras has and TensorFlow.js lacks. Shapes are those of one image, without the batch. */
export interface OnnxLayerKind {
  /** Keras's name of the kind. */
  readonly kind: string;
  /**
   * The shape of each weight, by Keras's name, in the order in which Keras has them.
   * @throws Error where the layer cannot be computed as Keras does, which is the sentence that users see.
   */
  weights?(config: Config, inputs: readonly Dims[]): Readonly<Record<string, Dims>>;
  /** That of the first input where it is missing. */
  shape?(config: Config, inputs: readonly Dims[]): Dims;
  /** Appends what the layer computes to the graph. */
  emit(inputs: readonly Lowered[], context: Context): Lowered;
}

export type Dims = readonly number[];

/** What a layer is computed with. */
export interface Context {
  readonly config: Config;
  /** Those that the layer has, by name. */
  readonly weights: Readonly<Record<string, tf.Tensor>>;
  /** The shape that the kind states for the output. */
  readonly shape: Dims;
  readonly build: LayoutBuilder;
}

/** A layer of such a kind: TensorFlow.js knows its weights and shapes, and ONNX Runtime alone computes it. */
export abstract class OnnxLayer extends tfl.layers.Layer {
  protected abstract readonly kind: OnnxLayerKind;
  readonly #config: tf.serialization.ConfigDict;
  #names: readonly string[] = [];

  constructor(config: tf.serialization.ConfigDict) {
    super(config);
    this.#config = config;
  }

  override build(given: tfl.Shape | tfl.Shape[]): void {
    const shapes = this.#explained(() => this.kind.weights?.(this.#config, ofImages(given)) ?? {});
    for (const [name, shape] of Object.entries(shapes)) {
      this.addWeight(name, [...shape], 'float32', tfl.initializers.zeros());
    }
    this.#names = Object.keys(shapes);
    super.build(given);
  }

  override computeOutputShape(given: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [null, ...this.#explained(() => this.#shapeOf(ofImages(given)))];
  }

  override call(): never {
    throw new Error('only ONNX Runtime computes layers of this kind');
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.#config, ...super.getConfig() };
  }

  /** What the layer is in a graph, and its activation. */
  steps(): readonly OnnxStep[] {
    const values = this.getWeights();
    const weights = Object.fromEntries(this.#names.map((name, index) => [name, values[index] as tf.Tensor]));
    const config = this.#config;
    const own: OnnxStep = {
      emit: (inputs, build) => {
        const shape = this.#shapeOf(inputs.map((input) => input.shape));
        return this.kind.emit(inputs, { config, weights, shape, build });
      },
    };
    return [own, ...activationOf(config, this)];
  }

  #shapeOf(inputs: readonly Dims[]): Dims {
    return this.kind.shape?.(this.#config, inputs) ?? (inputs[0] as Dims);
  }

  /** @throws UserError that names the layer. */
  #explained<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      // Of settings that are not what they should be, which is said of the whole file.
      if (error instanceof TypeError || error instanceof RangeError) throw error;
      throw refusedLayer(this.name, this.kind.kind, firstLineOf(error));
    }
  }
}

/** The shape of one image of each input. */
function ofImages(given: tfl.Shape | tfl.Shape[]): Dims[] {
  const shapes = (Array.isArray(given[0]) ? given : [given]) as tfl.Shape[];
  return shapes.map((shape) =>
    shape.slice(1).map((size) => {
      if (size === null) throw new Error('its input has no fixed size');
      return size;
    }),
  );
}

/** The class that TensorFlow.js makes layers of a kind with. */
export function layerClassOf(kind: OnnxLayerKind): tf.serialization.SerializableConstructor<tfl.layers.Layer> {
  return class extends OnnxLayer {
    static className = kind.kind;
    protected override readonly kind = kind;
  } as unknown as tf.serialization.SerializableConstructor<tfl.layers.Layer>;
}
