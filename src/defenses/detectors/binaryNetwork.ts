import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { startTensorFlow } from '../../models/tfjs/backend.ts';
import { Network } from '../../models/tfjs/operations/network.ts';
import { scoped } from '../../models/tfjs/scoped.ts';
import { normalizeTopology } from '../../models/tfjs/topology.ts';
import type { DetectorState, NamedArray } from './detectorDefinition.ts';
import { arrayIn, damaged } from './lateActivations.ts';

/** The shape of any input, as that of an image. */
type Grid = readonly [height: number, width: number, channels: number];

/** Inputs with sides up to this are first convolved without a stride. */
const largestUnstrided = 64;
/** Strides halve the sides until they are at most this long. */
const smallestSide = 7;
const mostFilters = 64;
/** How much larger than usual the initial weights of the first convolution of an image are. */
const residualGain = 3;

/**
 * A small convolutional network with one output, the difference of the logits of "adversarial" and "clean": 3 × 3
 * convolutions with ReLU that halve the sides and double the channels, then the mean over the image decides.
 *
 * The first convolution of an image starts out with filters that add up to zero, and ends in tanh: it sees how a pixel
 * differs from its neighbors, and no edge counts for more than 1, as in steganalysis networks (Xu, Wu & Shi 2016,
 * "Structural design of convolutional neural networks for steganalysis"). Otherwise small perturbations are lost among
 * the colors and edges of an image.
 * @param shape of an input: an image or an activation, channels last; anything without two sides is treated as an
 * image.
 * @param seed of the weights; each layer has its own.
 */
export function buildNetwork(shape: readonly number[], seed: number): tfl.LayersModel {
  const grid = gridOf(shape);
  const [, , channels] = grid;
  const isImage = channels <= 3;
  let filters = Math.min(mostFilters, isImage ? 16 : channels);
  let sides: [number, number] = [grid[0], grid[1]];
  const image = tfl.input({ shape: [...grid], name: 'input' });
  let x: tfl.SymbolicTensor = image;
  for (let layer = 0; layer < 2 || Math.max(...sides) > smallestSide; layer++) {
    const halves = layer > 0 || Math.max(...sides) > largestUnstrided;
    const strides = sides.map((side) => (halves && side > 1 ? 2 : 1)) as [number, number];
    x = tfl.layers
      .conv2d({
        name: `convolution_${layer}`,
        filters,
        kernelSize: sides.map((side) => Math.min(3, side)),
        strides,
        padding: 'same',
        activation: isImage && layer === 0 ? 'tanh' : 'relu',
        kernelInitializer: tfl.initializers.heNormal({ seed: seed + layer }),
      })
      .apply(x) as tfl.SymbolicTensor;
    sides = sides.map((side, axis) => Math.ceil(side / (strides[axis] as number))) as [number, number];
    filters = Math.min(mostFilters, 2 * filters);
  }
  x = tfl.layers.globalAveragePooling2d({ name: 'mean' }).apply(x) as tfl.SymbolicTensor;
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: seed - 1 });
  const score = tfl.layers.dense({ name: 'score', units: 1, kernelInitializer }).apply(x) as tfl.SymbolicTensor;
  const model = tfl.model({ name: 'detector', inputs: image, outputs: score });
  if (isImage) startWithDifferences(model.getLayer('convolution_0'));
  return model;
}

function startWithDifferences(convolution: tfl.layers.Layer): void {
  const [kernel, bias] = convolution.getWeights() as [tf.Tensor, tf.Tensor];
  scoped(() => {
    const differences = tf.mul(tf.sub(kernel, tf.mean(kernel, [0, 1], true)), residualGain);
    convolution.setWeights([differences, bias]);
  });
}

/** A shape as that of an image: a sequence is one pixel wide, anything else that is not an image is a single pixel. */
function gridOf(shape: readonly number[]): Grid {
  const [first = 1, second = 1, third = 1] = shape;
  if (shape.length === 3) return [first, second, third];
  if (shape.length === 2) return [first, 1, second];
  return [1, 1, shape.reduce((product, size) => product * size, 1)];
}

/** Mean and standard deviation of each channel, used to standardize the inputs. */
export interface Scaling {
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

/** A network that tells adversarial inputs from clean ones: images, or activations, channels last. */
export class BinaryNetwork {
  readonly model: tfl.LayersModel;
  readonly #scaling: Scaling;
  readonly #grid: Grid;
  #network: Network | undefined;

  /** @param model of `buildNetwork`; the network takes ownership of it. */
  constructor(model: tfl.LayersModel, scaling: Scaling) {
    this.model = model;
    this.#scaling = scaling;
    this.#grid = inputOf(model);
  }

  /**
   * Restores a network from a detector's state.
   * @param size how many numbers an input has.
   * @throws UserError when the state is damaged, or of a network for other inputs.
   */
  static async open({ values, arrays }: DetectorState, size: number): Promise<BinaryNetwork> {
    await startTensorFlow();
    const model = await readTopology(values.topology);
    try {
      const read = (name: string, shape: readonly number[]) => arrayIn(arrays, name, shape).data;
      const channels = inputOf(model).slice(-1);
      const scaling = { mean: read('mean', channels), std: read('std', channels) };
      scoped(() => {
        const shapes = model.weights.map((weight) => [weight.originalName, weight.shape as number[]] as const);
        model.setWeights(shapes.map(([name, shape]) => tf.tensor(read(name, shape), shape)));
      });
      const network = new BinaryNetwork(model, scaling);
      if (network.size !== size) throw damaged(`it takes ${network.size} values, and not ${size}`);
      network.#tryOut();
      return network;
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  /** How many numbers an input has. */
  get size(): number {
    return this.#grid.reduce((product, side) => product * side, 1);
  }

  /** @throws UserError where the layers cannot be computed, which shows when they first are. */
  #tryOut(): void {
    try {
      this.pullback([new Float32Array(this.size)]);
    } catch {
      throw damaged('its network cannot be computed');
    }
  }

  /** One score per input: the log odds that it is adversarial. */
  score(inputs: readonly Float32Array[]): readonly number[] {
    const network = this.#prepared();
    return scoped(() => [...network.logitsOf(this.toTensor(inputs)).dataSync()]);
  }

  /** Scores, and their gradients with respect to the inputs. */
  pullback(inputs: readonly Float32Array[]): { scores: readonly number[]; gradients: readonly Float32Array[] } {
    const network = this.#prepared();
    return scoped(() => {
      const values = network.forward(this.toTensor(inputs));
      const logits = values[network.logits] as tf.Tensor;
      const inward = network.backward(values, [{ node: network.logits, gradient: tf.onesLike(logits) }]);
      const data = tf.div(inward, tf.tensor1d(this.#scaling.std)).dataSync() as Float32Array;
      const gradients = inputs.map((_, i) => data.slice(i * this.size, (i + 1) * this.size));
      return { scores: [...logits.dataSync()], gradients };
    });
  }

  /** Inputs as the model takes them, [N, height, width, channels]. */
  toTensor(inputs: readonly Float32Array[]): tf.Tensor {
    const { mean, std } = this.#scaling;
    const data = new Float32Array(inputs.length * this.size);
    for (const [i, input] of inputs.entries()) data.set(input, i * this.size);
    return tf.tidy(() =>
      tf.div(tf.sub(tf.tensor4d(data, [inputs.length, ...this.#grid]), tf.tensor1d(mean)), tf.tensor1d(std)),
    );
  }

  /** To be called after the weights of the model change. */
  weightsChanged(): void {
    for (const { operation } of this.#network?.nodes ?? []) operation.dispose?.();
    this.#network = undefined;
  }

  /** What a detector stores of it: its topology, its weights by name, and the scaling of its inputs. */
  toState(): DetectorState {
    const { mean, std } = this.#scaling;
    const arrays: Record<string, NamedArray> = {
      mean: { shape: [mean.length], data: mean },
      std: { shape: [std.length], data: std },
    };
    for (const weight of this.model.weights) {
      const value = weight.read();
      arrays[weight.originalName] = { shape: value.shape, data: value.dataSync() as Float32Array };
    }
    return { values: { topology: this.model.toJSON(null, false) }, arrays };
  }

  dispose(): void {
    this.weightsChanged();
    this.model.dispose();
  }

  /** Created on first use: it holds values computed from the weights. */
  #prepared(): Network {
    this.#network ??= new Network(this.model);
    return this.#network;
  }
}

function inputOf(model: tfl.LayersModel): Grid {
  return model.inputs[0]?.shape.slice(1) as unknown as Grid;
}

async function readTopology(topology: unknown): Promise<tfl.LayersModel> {
  try {
    // TensorFlow.js waits forever for layers that are never called.
    normalizeTopology(topology as object);
    const model = await tfl.models.modelFromJSON(topology as Parameters<typeof tfl.models.modelFromJSON>[0]);
    if (model.inputs.length === 1 && String(model.outputs.map(({ shape }) => shape)) === ',1') return model;
    model.dispose();
  } catch {
    // Said below.
  }
  throw damaged('its network cannot be built');
}
