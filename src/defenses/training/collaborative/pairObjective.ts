import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { toBatch } from '../accuracy.ts';
import type { PreparationContext } from '../defenseDefinition.ts';
import { ascendCrossEntropy, atTheImage } from '../innerAttack.ts';
import type { Objective, TrainingBatch } from '../objective.ts';
import { Trainee } from '../trainee.ts';
import { type Classmap, MeanAnswers } from './classmap.ts';
import { collaborativeLoss, type Heads } from './loss.ts';
import type { CollaborativeParameters } from './parameters.ts';

/** The objective of both heads together, given the partner of each class (Wang et al. 2018, eq. 9 and 10). */
export function pairObjective(
  { epsilon, smallestEpsilon, bounded }: CollaborativeParameters,
  classmap: Classmap,
): Objective {
  return {
    craft(trainee, batch, random) {
      const share = smallestEpsilon + (1 - smallestEpsilon) * uniformFloat64(random);
      return fgsmExamples(trainee, batch, share * epsilon);
    },
    loss(trainee, { images, labels }, adversarial) {
      const partners = tf.matMul(labels, partnersOf(classmap)) as tf.Tensor2D;
      const [clean, attacked] = [headsOf(trainee, images), headsOf(trainee, adversarial)];
      return collaborativeLoss(clean, attacked, { labels, partners }, bounded);
    },
  };
}

/** The given model's mean answer to FGSM examples of the training images, for each class. */
export async function meanAnswers(
  { model, preprocessing, training, signal, onProgress }: PreparationContext,
  { epsilon, batchSize }: CollaborativeParameters,
): Promise<number[][]> {
  const [, height, width, channels] = (model.inputs[0] as tfl.SymbolicTensor).shape as [null, number, number, 1 | 3];
  const classes = (model.outputs[0] as tfl.SymbolicTensor).shape.at(-1) as number;
  const given = new Trainee(model, preprocessing);
  const mean = new MeanAnswers(classes);
  const { length } = training.images;
  for (let from = 0; from < length; from += batchSize) {
    await nextTurn();
    signal.throwIfAborted();
    const labels = training.labels.slice(from, from + batchSize);
    const part = { images: training.images.slice(from, from + batchSize), labels };
    const rows = tf.tidy(() => {
      const batch = toBatch(part, { height, width, channels }, classes);
      return tf.softmax(given.predict(fgsmExamples(given, batch, epsilon))).arraySync();
    });
    for (const [i, label] of labels.entries()) mean.add(label, rows[i] as number[]);
    onProgress(Math.min(1, (from + batchSize) / length));
  }
  given.weightsChanged();
  return mean.rows();
}

/** x + ε · sign(∇ₓ CE(z(x), y)), within [0, 1]. */
function fgsmExamples(trainee: Trainee, { images, labels }: TrainingBatch, epsilon: number): tf.Tensor4D {
  return ascendCrossEntropy(trainee, images, labels, { epsilon, stepSize: epsilon, steps: 1, start: atTheImage });
}

function headsOf(trainee: Trainee, images: tf.Tensor4D): Heads {
  const [locked, auxiliary] = trainee.outputs(images) as [tf.Tensor2D, tf.Tensor2D];
  return { locked, auxiliary };
}

/** A matrix that turns one-hot labels into partners. Not tf.oneHot, which is wrong on WebAssembly. */
function partnersOf(classmap: Classmap): tf.Tensor2D {
  return tf.tensor2d(classmap.map((partner) => classmap.map((_, k) => (k === partner ? 1 : 0))));
}
