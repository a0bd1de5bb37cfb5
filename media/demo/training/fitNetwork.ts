import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Random } from './random.ts';
import { type Renderings, toInput } from './renderings.ts';

export interface FitOptions {
  epochs: number;
  batchSize: number;
  learningRate: number;
  seed: number;
  onEpoch: (epoch: number, loss: number) => void;
}

class ScheduledAdam extends tf.AdamOptimizer {
  setLearningRate(learningRate: number): void {
    this.learningRate = learningRate;
  }
}

/** Trains with Adam and cross-entropy, while the learning rate falls to zero along half a cosine. */
export async function fitNetwork(
  model: LayersModel,
  data: Renderings,
  classes: number,
  options: FitOptions,
): Promise<void> {
  const optimizer = new ScheduledAdam(options.learningRate, 0.9, 0.999);
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const random = new Random(options.seed);
  const batches = Math.floor(data.images.length / options.batchSize);
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    const order = random.permutation(data.images.length);
    let loss = 0;
    for (let batch = 0; batch < batches; batch++) {
      const progress = (epoch + batch / batches) / options.epochs;
      optimizer.setLearningRate((options.learningRate * (1 + Math.cos(Math.PI * progress))) / 2);
      const chosen = order.slice(batch * options.batchSize, (batch + 1) * options.batchSize);
      const x = toInput(data.images, chosen);
      const y = tf.tidy(() => {
        const labels = chosen.map((index) => data.labels[index] as number);
        return tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
      });
      loss += (await model.trainOnBatch(x, y)) as number;
      tf.dispose([x, y]);
    }
    options.onEpoch(epoch, loss / batches);
  }
}

/** Predicts the class of each image. */
export function classify(model: LayersModel, images: readonly Uint8Array[], batchSize = 100): number[] {
  const predictions: number[] = [];
  for (let start = 0; start < images.length; start += batchSize) {
    const batch = images.slice(start, start + batchSize);
    const found = tf.tidy(() => {
      const probabilities = model.predict(toInput(batch, [...batch.keys()])) as tf.Tensor;
      return tf.argMax(probabilities, 1).dataSync();
    });
    predictions.push(...found);
  }
  return predictions;
}

/** The share of images that the model classifies as labelled. */
export function accuracy(model: LayersModel, { images, labels }: Renderings): number {
  const predictions = classify(model, images);
  return predictions.filter((prediction, index) => prediction === labels[index]).length / labels.length;
}
