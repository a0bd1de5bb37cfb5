import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { annealed } from '../../geometry/cosineAnnealing.ts';
import { startTensorFlow } from '../../models/tfjs/backend.ts';
import { registerTrainingGradients } from '../../models/tfjs/training/trainingGradients.ts';
import { UserError } from '../../userError.ts';
import { createOptimizer } from '../training/optimizer.ts';
import { BinaryNetwork, buildNetwork, type Scaling } from './binaryNetwork.ts';
import type { FittingContext } from './detectorDefinition.ts';
import type { TrainingParameters } from './trainingParameters.ts';

/** How many examples the scaling of the inputs is computed from. */
const scaledFrom = 256;

/** What to train on. */
export interface TrainingSet {
  /** Shape of an input, channels last. */
  readonly shape: readonly number[];
  readonly clean: number;
  readonly adversarial: number;
  /** The inputs of some clean and some adversarial examples, in this order; `network` is the one trained so far. */
  read(
    clean: readonly number[],
    adversarial: readonly number[],
    network?: BinaryNetwork,
  ): Promise<readonly Float32Array[]>;
}

/**
 * Trains a binary network with Adam and binary cross-entropy (label 1 is adversarial) on balanced batches. The same seed
 * gives the same network on the same backend.
 * @throws UserError when the loss is no longer a finite number.
 */
export async function trainBinaryNetwork(
  set: TrainingSet,
  { epochs, batchSize, learningRate }: TrainingParameters,
  { seed, signal, onProgress }: FittingContext,
): Promise<BinaryNetwork> {
  await startTensorFlow();
  registerTrainingGradients();
  const random = xoroshiro128plus(seed);
  const [clean, adversarial] = [shuffled(set.clean, random), shuffled(set.adversarial, random)];
  const scaling = await scalingOf(set, clean, adversarial);
  const network = new BinaryNetwork(buildNetwork(set.shape, uniformInt(random, 1, 2 ** 30)), scaling);
  const variables = network.model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const optimizer = createOptimizer('adam', variables);
  const half = Math.max(1, Math.floor(batchSize / 2));
  const steps = epochs * Math.ceil(Math.max(set.clean, set.adversarial) / half);
  try {
    for (let step = 0; step < steps; step++) {
      // TensorFlow blocks while computing; messages, such as a cancellation, get their turn here.
      await nextTurn();
      signal.throwIfAborted();
      const inputs = await set.read(take(clean, half), take(adversarial, half), network);
      const loss = tf.tidy(() => {
        const labels = tf.tensor2d(inputs.map((_, i) => [i < half ? 0 : 1]));
        const x = network.toTensor(inputs);
        const lossOf = () => {
          const logits = network.model.apply(x, { training: true }) as tf.Tensor2D;
          return tf.losses.sigmoidCrossEntropy(labels, logits) as tf.Scalar;
        };
        const { value, grads } = tf.variableGrads(lossOf, variables);
        const gradients = variables.map(({ name }) => grads[name] as tf.Tensor);
        optimizer.apply(gradients, annealed(learningRate, 0, step / steps), step);
        return value.dataSync()[0] as number;
      });
      network.weightsChanged();
      if (!Number.isFinite(loss)) {
        throw new UserError(
          `Training the detector reached a loss of ${loss} after ${step} of ${steps} steps. Lower "learningRate", now ${learningRate}.`,
        );
      }
      onProgress((step + 1) / steps, loss);
    }
    return network;
  } catch (error) {
    network.dispose();
    throw error;
  } finally {
    optimizer.dispose();
  }
}

/** Mean and standard deviation of each channel, from as many clean examples as adversarial ones. */
async function scalingOf(
  set: TrainingSet,
  clean: Iterator<number, never>,
  adversarial: Iterator<number, never>,
): Promise<Scaling> {
  const channels = (set.shape.length > 1 ? set.shape.at(-1) : set.shape[0]) as number;
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  const count = Math.min(scaledFrom / 2, set.clean, set.adversarial);
  let values = 0;
  for (let example = 0; example < count; example++) {
    for (const input of await set.read(take(clean, 1), take(adversarial, 1))) {
      for (const [i, value] of input.entries()) {
        sums[i % channels] = (sums[i % channels] as number) + value;
        squares[i % channels] = (squares[i % channels] as number) + value * value;
      }
      values += input.length / channels;
    }
  }
  const mean = sums.map((sum) => sum / values);
  const std = squares.map((square, k) => Math.sqrt(Math.max(0, square / values - (mean[k] as number) ** 2)) || 1);
  return { mean: Float32Array.from(mean), std: Float32Array.from(std) };
}

/** The numbers below `count` in random order, endlessly, reshuffled each time. */
function* shuffled(count: number, random: RandomGenerator): Generator<number, never> {
  const order = Array.from({ length: count }, (_, i) => i);
  for (;;) {
    for (let i = count - 1; i > 0; i--) {
      const j = uniformInt(random, 0, i);
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    yield* order;
  }
}

function take(numbers: Iterator<number, never>, count: number): number[] {
  return Array.from({ length: count }, () => numbers.next().value);
}
