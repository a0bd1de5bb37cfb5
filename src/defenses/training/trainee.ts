import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Preprocessing } from '../../models/preprocessing.ts';
import { Network } from '../../models/tfjs/operations/network.ts';
import { scalePixels, throughScaling } from '../../models/tfjs/operations/pixelScaling.ts';
import { UserError } from '../../userError.ts';

/**
 * A network in training. Images are [N, height, width, channels] in [0, 1]; its outputs are logits, the first of which
 * decide.
 *
 * It works in two modes: training (`outputs`: batch statistics, dropout, on the tape), and inference (`predict` and
 * `gradient`: moving averages, no dropout). Attacks use the second mode, as in the code of TRADES.
 */
export class Trainee {
  readonly model: tfl.LayersModel;
  readonly #preprocessing: Preprocessing;
  /** For each output, the network up to it, with the weights at the time of its creation. */
  readonly #networks = new Map<number, Network>();
  readonly #upTo: readonly tfl.LayersModel[];
  readonly #dropouts: readonly { seed: number }[];
  #random: RandomGenerator | undefined;

  /** @throws UserError for layers whose noise cannot be reproduced. */
  constructor(model: tfl.LayersModel, preprocessing: Preprocessing) {
    this.model = model;
    this.#preprocessing = preprocessing;
    this.#upTo =
      model.outputs.length === 1
        ? [model]
        : model.outputs.map((outputs) => tfl.model({ inputs: model.inputs, outputs }));
    this.#dropouts = dropouts(model);
  }

  /** The logits [N, classes] of each output in training; part of the tape. */
  outputs(images: tf.Tensor4D): tf.Tensor2D[] {
    // Layers draw their masks from a fixed seed, which would always give the same masks.
    for (const layer of this.#dropouts) layer.seed = this.#random ? uniformInt(this.#random, 1, 2 ** 31 - 1) : 1;
    const found = this.model.apply(scalePixels(images, this.#preprocessing), { training: true });
    return [found].flat().map((output) => rows(output as tf.Tensor));
  }

  /** The logits that decide, [N, classes], in training; part of the tape. */
  logits(images: tf.Tensor4D): tf.Tensor2D {
    return this.outputs(images)[0] as tf.Tensor2D;
  }

  /** The logits of an output, [N, classes], at inference. */
  predict(images: tf.Tensor4D, output = 0): tf.Tensor2D {
    return tf.tidy(() => rows(this.#network(output).logitsOf(scalePixels(images, this.#preprocessing))));
  }

  /**
   * Gradient with respect to the images of a function of an output at inference.
   * @param seed the function's gradient with respect to the logits [N, classes], from the logits.
   */
  gradient(images: tf.Tensor4D, seed: (logits: tf.Tensor2D) => tf.Tensor2D, output = 0): tf.Tensor4D {
    return tf.tidy(() => {
      const network = this.#network(output);
      const values = network.forward(scalePixels(images, this.#preprocessing));
      const logits = values[network.logits] as tf.Tensor;
      const entry = { node: network.logits, gradient: tf.reshape(seed(rows(logits)), logits.shape) };
      return throughScaling(network.backward(values, [entry]) as tf.Tensor4D, this.#preprocessing);
    });
  }

  /** Begins a step: dropout draws from `random`. */
  begin(random: RandomGenerator): void {
    this.#random = random;
  }

  /** To be called after the weights change. */
  weightsChanged(): void {
    for (const { nodes } of this.#networks.values()) for (const { operation } of nodes) operation.dispose?.();
    this.#networks.clear();
  }

  /** Frees the network, including the weights of its model. */
  dispose(): void {
    this.weightsChanged();
    this.model.dispose();
  }

  /** Building one takes less than a millisecond: it prepares weights, and its backward pass computes no filter gradient. */
  #network(output: number): Network {
    const known = this.#networks.get(output);
    if (known) return known;
    const network = new Network(this.#upTo[output] as tfl.LayersModel);
    this.#networks.set(output, network);
    return network;
  }
}

/** [N, …] as N rows. */
function rows(output: tf.Tensor): tf.Tensor2D {
  return tf.reshape(output, [output.shape[0] as number, -1]);
}

/** The dropout layers of a model, including those of models used as layers. */
function dropouts(model: tfl.LayersModel): { seed: number }[] {
  return model.layers.flatMap((layer) => {
    if (layer instanceof tfl.LayersModel) return dropouts(layer);
    const kind = layer.getClassName();
    if (/^(GaussianNoise|GaussianDropout|AlphaDropout)$/.test(kind)) {
      throw new UserError(
        `The layer ${layer.name} (${kind}) adds noise that cannot be reproduced, but training must be reproducible. Use Dropout instead, or remove the layer.`,
      );
    }
    return /^(Spatial)?Dropout/.test(kind) ? [layer as unknown as { seed: number }] : [];
  });
}
