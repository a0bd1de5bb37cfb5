import type { Rewrite } from '../../../support/mutants/rewrite.ts';

/** Mistakes in training defenses: for each defense those in its own file, and in one that it is built on. */
export const trainingRewrites: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Rewrite>>>>>> = {
  goodfellow: {
    goodfellow: {
      'α and 1 − α are exchanged': [
        'tf.mul(crossEntropy(trainee.logits(images), labels), alpha)',
        'tf.mul(crossEntropy(trainee.logits(images), labels), 1 - alpha)',
      ],
      'the clean images are learned twice': ['trainee.logits(adversarial)', 'trainee.logits(images)'],
      'half a step is taken': ['stepSize: epsilon,', 'stepSize: epsilon / 2,'],
      'α is another where nothing is said': ['value: 0.5', 'value: 0.6'],
    },
    innerAttack: {
      'the attack descends': ['tf.add(before, tf.mul(', 'tf.sub(before, tf.mul('],
      'the attack leaves the range at black': ['tf.maximum(tf.sub(images, epsilon), 0)', 'tf.sub(images, epsilon)'],
      'the attack leaves the range at white': ['tf.minimum(tf.add(images, epsilon), 1)', 'tf.add(images, epsilon)'],
      'the gradient is not that of its sign': ['tf.sign(gradient)', 'gradient'],
      'the attack looks at the answer and not at the label': [
        'tf.sub(tf.softmax(logits), target)',
        'tf.softmax(logits)',
      ],
    },
    losses: {
      'the loss is a sum': ['tf.neg(tf.mean(', 'tf.neg(tf.sum('],
      'the loss falls as the model errs': ['tf.neg(tf.mean(tf.sum(tf.mul(target', '(tf.mean(tf.sum(tf.mul(target'],
    },
    trainee: {
      'attacks see images that were not preprocessed': [
        'network.forward(scalePixels(images, this.#preprocessing))',
        'network.forward(images)',
      ],
      'training sees images that were not preprocessed': [
        'this.model.apply(scalePixels(images, this.#preprocessing)',
        'this.model.apply(images',
      ],
      'the gradient of red goes to blue': [
        'return throughScaling(network.backward(values, [entry]) as tf.Tensor4D, this.#preprocessing);',
        'return network.backward(values, [entry]) as tf.Tensor4D;',
      ],
    },
  },
  madry: {
    madry: {
      'clean images are learned': [
        'loss: (trainee, { labels }, adversarial) => crossEntropy(trainee.logits(adversarial)',
        'loss: (trainee, { labels, images }) => crossEntropy(trainee.logits(images)',
      ],
      'steps are not in units of epsilon': ['stepSize: stepSize * epsilon', 'stepSize'],
      'seven steps are six': ['stepsParameter(7', 'stepsParameter(6'],
    },
    innerAttack: {
      'only one step is taken': ['step < steps', 'step < 1'],
      'the attack starts at the image': ['let x = project(start(images))', 'let x = tf.clone(images)'],
      'the start is on one side': [
        'scaled(uniformVector(images.size, random), epsilon)',
        'scaled(uniformVector(images.size, random), epsilon).map(Math.abs)',
      ],
      'steps are not projected': ['return project(tf.add(before,', 'return (tf.add(before,'],
    },
  },
  fast: {
    fast: {
      'the step is epsilon': ['stepSizeParameter(1.25', 'stepSizeParameter(1'],
      'two steps are taken': ['steps: 1', 'steps: 2'],
      'clean images are learned': [
        'loss: (trainee, { labels }, adversarial) => crossEntropy(trainee.logits(adversarial)',
        'loss: (trainee, { labels, images }) => crossEntropy(trainee.logits(images)',
      ],
    },
  },
  trades: {
    trades: {
      'labels leak into the attack': [
        'craft: (trainee, { images }, random) =>',
        'craft: (trainee, { images, labels }, random) => labels.size ? ascendCrossEntropy(trainee, images, labels, { epsilon, stepSize: stepSize * epsilon, steps, start: atNoisyImage(0.001, random) }) :',
      ],
      'the label of the adversarial image is learned': [
        'crossEntropy(clean, labels)',
        'crossEntropy(trainee.logits(adversarial), labels)',
      ],
      'β is left out': ['adversarial)), beta)', 'adversarial)), 1)'],
      'the divergence is the other way around': [
        'divergence(clean, trainee.logits(adversarial))',
        'divergence(trainee.logits(adversarial), clean)',
      ],
      'the noise is large': ['atNoisyImage(0.001', 'atNoisyImage(0.01'],
    },
    losses: {
      'the divergence is not weighed': ['tf.mul(tf.softmax(from), gap)', 'tf.mul(1, gap)'],
      'the divergence is turned around': [
        'tf.sub(tf.logSoftmax(from), tf.logSoftmax(to))',
        'tf.sub(tf.logSoftmax(to), tf.logSoftmax(from))',
      ],
    },
  },
};
