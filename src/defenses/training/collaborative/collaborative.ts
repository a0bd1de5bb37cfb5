import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { collaborativeState } from '../../detectors/collaborative.ts';
import { toBatch } from '../accuracy.ts';
import { type CommonParameters, commonParameters } from '../commonParameters.ts';
import type { DefenseDefinition, PreparationContext, Prepared } from '../definition.ts';
import { ascendCrossEntropy, atTheImage } from '../innerAttack.ts';
import type { TrainingBatch } from '../objective.ts';
import { Trainee } from '../trainee.ts';
import { type Classmap, chooseClassmap, MeanAnswers, type Pairing } from './classmap.ts';
import { withHeads } from './heads.ts';
import { collaborativeLoss, type Heads } from './loss.ts';

interface Parameters extends CommonParameters, Pairing {
  readonly smallestEpsilon: number;
  readonly bounded: boolean;
}

const source = 'Wang et al. 2018, arXiv:1803.05123';

/**
 * Collaborative multi-task training (Wang et al. 2018). Each class has a partner, chosen by what the given model answers to
 * FGSM examples of the training images (eq. 6 and 8). A second head learns to answer the partner to a clean image, and
 * anything else to an adversarial one, while the first learns the label of both (eq. 9 and 10); a gradient lock between
 * the heads is trained with them. An image whose answers are no pair is rejected by the detector `collaborative`.
 *
 * The adversarial examples of a training step are FGSM examples of its images against the network as it is then, by the
 * cross-entropy of what decides, Z*. All of a step have the same ε, drawn anew for each step: with one ε throughout, the
 * second head learns to tell perturbations of that size alone, and smaller ones that still fool the model pass.
 */
export const collaborative: DefenseDefinition<Parameters> = {
  id: 'collaborative',
  title: 'Collaborative multi-task training',
  description:
    'Trains a second head that answers the partner of the predicted class, unless the image is adversarial, and writes the detector that checks the pair.',
  source,
  limits:
    'An attacker who knows both heads can make examples whose answers are a pair: judge the model with its detector and the attacker "adaptive".',
  parameters: {
    ...commonParameters,
    smallestEpsilon: {
      description:
        'The epsilon of a training step is drawn between this multiple of epsilon and epsilon. At 1 all examples have the same.',
      schema: { type: 'number', minimum: 0, maximum: 1 },
      default: { value: 0.25, text: '0.25', source: 'our choice' },
    },
    pairs: {
      description:
        'Partner of a class: the class that adversarial examples of it are least likely to be taken for, or that most likely.',
      schema: { enum: ['least-likely', 'most-likely'] },
      default: {
        value: 'least-likely',
        text: '"least-likely"',
        source: `${source}: the prose and figure 7; equation 8 prints the most likely`,
      },
    },
    distinct: {
      description:
        'No two classes share a partner. Where classes share one, an attack from one to the other leaves the pair matching.',
      schema: { type: 'boolean' },
      default: { value: true, text: 'true', source: `our choice; false is equation 8 of ${source}` },
    },
    bounded: {
      description:
        'The second head turns from the partner of an adversarial image by −log(1 − p); else by log p, as printed, which has no lower bound and is stopped at p = 1e-7.',
      schema: { type: 'boolean' },
      default: { value: true, text: 'true', source: `our choice; false is equation 10 of ${source}` },
    },
  },
  async prepare(context, parameters): Promise<Prepared> {
    const classmap = chooseClassmap(await meanAnswers(context, parameters), parameters);
    return { classmap: { shape: [classmap.length], data: Float32Array.from(classmap) } };
  },
  extend: (model, _, seed) => withHeads(model, seed),
  objective({ epsilon, smallestEpsilon, bounded }, prepared) {
    const classmap = classmapOf(prepared);
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
  },
  detector: (_, prepared) => ({
    kind: 'collaborative',
    state: collaborativeState(classmapOf(prepared)),
    // The paper's rule.
    threshold: 0,
    seen: ['fgsm'],
  }),
};

/** What the given model answers to FGSM examples of the training images, for each class. */
async function meanAnswers(
  { model, preprocessing, training, signal, onProgress }: PreparationContext,
  { epsilon, batchSize }: Parameters,
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

function classmapOf({ classmap }: Prepared): Classmap {
  return Array.from(classmap?.data ?? []);
}

/** A matrix that turns labels, rows of zeros with a one, into partners. Not tf.oneHot, which errs on WebAssembly. */
function partnersOf(classmap: Classmap): tf.Tensor2D {
  return tf.tensor2d(classmap.map((partner) => classmap.map((_, k) => (k === partner ? 1 : 0))));
}
