import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  type SymbolicTensor,
  sequential,
  model as toModel,
} from '@tensorflow/tfjs-layers';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { collaborative as detectorDefinition } from '../../../../src/defenses/detectors/collaborative.ts';
import { Checkpoint } from '../../../../src/defenses/training/checkpoint.ts';
import { chooseClassmap } from '../../../../src/defenses/training/collaborative/classmap.ts';
import { collaborative } from '../../../../src/defenses/training/collaborative/collaborative.ts';
import { withHeads } from '../../../../src/defenses/training/collaborative/heads.ts';
import type { DefenseDefinition } from '../../../../src/defenses/training/defenseDefinition.ts';
import { Trainee } from '../../../../src/defenses/training/trainee.ts';
import { train } from '../../../../src/defenses/training/trainer.ts';
import { type Classifier, type DifferentiableClassifier, isDifferentiable } from '../../../../src/models/classifier.ts';
import { softmax } from '../../../../src/models/functional.ts';
import { noPreprocessing } from '../../../../src/models/preprocessing.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { openLayersModel } from '../../../../src/models/tfjs/openLayersModel.ts';
import { withoutSoftmax } from '../../../../src/models/tfjs/operations/withoutSoftmax.ts';
import { registerTrainingGradients } from '../../../../src/models/tfjs/training/trainingGradients.ts';
import { writeLayersModel } from '../../../../src/models/tfjs/training/writeLayersModel.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { fillWeights } from '../../../support/fillWeights.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { throwsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const shape = { height: 4, width: 4, channels: 1 } as const;
const signal = new AbortController().signal;

/** A network of four classes, softmax at its end. */
function given(): LayersModel {
  return fillWeights(
    sequential({
      layers: [
        layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu', inputShape: [4, 4, 1] }),
        layers.flatten(),
        layers.dense({ units: 6, activation: 'relu' }),
        layers.dense({ units: 4, activation: 'softmax' }),
      ],
    }),
  );
}

/** Gray levels without a pattern. */
const images = [0, 1, 2, 3, 4].map((k) => Float32Array.from({ length: 16 }, (_, i) => ((i * 7 + k * 5) % 11) / 11));
const pixels = () => tf.tensor4d(Float32Array.from(images.flatMap((image) => [...image])), [images.length, 4, 4, 1]);
const oneHot = (labels: readonly number[], classes: number) =>
  tf.tensor2d(labels.map((label) => Array.from({ length: classes }, (_, k) => (k === label ? 1 : 0))));

function differentiable(classifier: Classifier): DifferentiableClassifier {
  assert.ok(isDifferentiable(classifier), 'the model gives no gradients');
  return classifier;
}

/** The same as model.json has it: one output. */
const classifierOf = (network: LayersModel) =>
  toModel({ inputs: network.inputs, outputs: network.outputs[0] as SymbolicTensor });

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [actual[i] as number, expected[i] as number];
    assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} is not ${b}, at ${i}`);
  }
}

const minusLog = (logits: Float32Array | undefined, at: number) => -Math.log(softmax(logits ?? [])[at] as number);

describe('collaborative training', () => {
  const folder = temporaryFolder();

  before(async () => {
    await startTensorFlow();
    registerTrainingGradients();
  });

  it('begins where the given model stands, half as sure', async () => {
    const logits = await withoutSoftmax(given());
    const expected = (logits.predict(pixels()) as tf.Tensor).dataSync();
    const [locked] = withHeads(logits, 1).predict(pixels()) as tf.Tensor[];
    assertClose(tf.mul(locked as tf.Tensor, 2).dataSync(), expected);
  });

  it('begins alike with the same seed, and otherwise with another', async () => {
    const auxiliaryOf = async (seed: number) => {
      const [, auxiliary] = withHeads(await withoutSoftmax(given()), seed).predict(pixels()) as tf.Tensor[];
      return (auxiliary as tf.Tensor).dataSync();
    };
    assert.deepEqual(await auxiliaryOf(1), await auxiliaryOf(1));
    assert.notDeepEqual(await auxiliaryOf(1), await auxiliaryOf(2));
  });

  it('makes an ordinary classifier, whose heads can be read and weighed on either engine', async () => {
    const network = fillWeights(withHeads(await withoutSoftmax(given()), 1), 7);
    const file = await writeLayersModel(classifierOf(network), folder.at('hardened'));
    const names = ['label', 'auxiliary', 'lock', 'logits'];
    const answers = [];
    for (const runtime of ['onnx', 'tensorflow']) {
      const { classifier, notes } = await openLayersModel(file, { runtime });
      assert.deepEqual(notes, []);
      const asked = differentiable(classifier);
      const { values } = await asked.read(images, names);
      for (const [z, , g, locked] of values as Float32Array[][]) {
        assertClose(z?.map((value, k) => value * (g?.[k] as number)) as Float32Array, locked as Float32Array);
      }
      assertClose(
        (await asked.logits(images)).flatMap((row) => [...row]),
        values.flatMap((row) => [...(row[3] ?? [])]),
      );
      const functionals = names.map((output) => ({
        kind: 'weights' as const,
        output,
        weights: Float32Array.of(1, -2, 0.5, 3),
      }));
      const { gradients } = await asked.pullback(
        images,
        images.map(() => functionals),
      );
      answers.push([...values.flat(2), ...gradients.flat(2)].flatMap((row) => [...row]));
      classifier.dispose();
    }
    assertClose(answers[0] as number[], answers[1] as number[], 1e-4);
  });

  it('refuses a model that does not end in a dense layer on a vector', async () => {
    const image = input({ shape: [4, 4, 1] });
    const convolution = layers.conv2d({ filters: 4, kernelSize: 4 }).apply(image) as SymbolicTensor;
    const outputs = layers.flatten().apply(convolution) as SymbolicTensor;
    throwsWith(() => withHeads(toModel({ inputs: image, outputs }), 1), 'Conv2D', 'another defense');
    const hardened = classifierOf(withHeads(await withoutSoftmax(given()), 1));
    throwsWith(() => withHeads(hardened, 1), 'locked', 'Multiply');
  });

  it('pairs classes by the mean answer to the FGSM examples of the training images', async () => {
    // Three classes, linear in two pixels: no image leaves the range by a step of 0.25.
    const weights = [
      [4, -2],
      [-3, 1],
      [0.5, 2.5],
    ];
    const biases = [0.1, 0.4, -1.2];
    const size = { height: 1, width: 2, channels: 1 } as const;
    const linear = sequential({
      layers: [layers.flatten({ inputShape: [1, 2, 1] }), layers.dense({ units: 3 })],
    });
    linear.setWeights([tf.transpose(tf.tensor2d(weights)), tf.tensor1d(biases)]);
    const training = {
      images: [
        [0.3, 0.7],
        [0.5, 0.4],
        [0.7, 0.3],
        [0.35, 0.65],
        [0.6, 0.6],
      ].map((image) => Float32Array.from(image)),
      labels: [0, 1, 2, 0, 1],
    };
    const reference = linearClassifier(weights, biases, size);
    const answers = [0, 1, 2].map(() => [0, 0, 0]);
    for (const [i, image] of training.images.entries()) {
      const label = training.labels[i] as number;
      const { gradients } = await reference.pullback([image], [[{ kind: 'crossEntropy', label }]]);
      const attacked = image.map((value, p) => value + 0.25 * Math.sign(gradients[0]?.[0]?.[p] as number));
      const [logits] = await reference.logits([attacked]);
      const count = training.labels.filter((other) => other === label).length;
      const row = answers[label] as number[];
      for (const [k, p] of softmax(logits as Float32Array).entries()) row[k] = (row[k] as number) + p / count;
    }
    for (const pairs of ['least-likely', 'most-likely'] as const) {
      for (const distinct of [true, false]) {
        const given = { epsilon: 0.25, batchSize: 2, pairs, distinct };
        const parameters = completeParameters(collaborative, given, 'quick');
        const context = {
          model: linear,
          preprocessing: noPreprocessing,
          training,
          seed: 1,
          signal,
          craft: async () => [],
          onProgress() {},
        };
        const prepared = (await collaborative.prepare?.(context, parameters)) ?? {};
        const expected = chooseClassmap(answers, { pairs, distinct });
        assert.deepEqual([...(prepared.classmap?.data ?? [])], expected);
        assert.deepEqual(collaborative.detector?.(parameters, prepared).state.values, { classmap: expected });
      }
    }
  });

  describe('its step', () => {
    const labels = [0, 1, 2, 3, 0];
    /** Two classes share a partner, and no class is the partner of its partner. */
    const classmap = [1, 2, 3, 1];
    const prepared = { classmap: { shape: [4], data: Float32Array.from(classmap) } };
    let network: LayersModel;
    let trainee: Trainee;

    before(async () => {
      network = fillWeights(withHeads(await withoutSoftmax(given()), 1), 7);
      trainee = new Trainee(network, noPreprocessing);
    });

    it('has the loss of equations 9 and 10', async () => {
      const file = await writeLayersModel(classifierOf(network), folder.at('step'));
      const classifier = differentiable((await openLayersModel(file)).classifier);
      const adversarial = images.map((image) => image.map((value) => 1 - value));
      const names = ['logits', 'auxiliary'];
      const [clean, attacked] = [await classifier.read(images, names), await classifier.read(adversarial, names)];
      let expected = 0;
      for (const [i, label] of labels.entries()) {
        const partner = classmap[label] as number;
        const [[locked, auxiliary], [lockedThere, auxiliaryThere]] = [clean.values[i] ?? [], attacked.values[i] ?? []];
        const p = softmax(auxiliaryThere ?? [])[partner] as number;
        expected +=
          0.4 * minusLog(locked, label) +
          0.4 * minusLog(lockedThere, label) +
          0.1 * (minusLog(auxiliary, partner) - Math.log(1 - p));
      }
      const parameters = completeParameters(collaborative, {}, 'quick');
      const turned = tf.sub(1, pixels()) as tf.Tensor4D;
      const batch = { images: pixels(), labels: oneHot(labels, 4) };
      const objective = await collaborative.objective(parameters, prepared);
      const loss = objective.loss(trainee, batch, turned);
      assertClose(loss.dataSync(), [expected / labels.length]);
    });

    it('learns from one step along the sign of the gradient, by an epsilon drawn anew', async () => {
      const parameters = completeParameters(collaborative, { epsilon: 0.2, smallestEpsilon: 0.5 }, 'quick');
      const batch = { images: pixels(), labels: oneHot(labels, 4) };
      const random = xoroshiro128plus(1);
      const objective = await collaborative.objective(parameters, prepared);
      const gradient = trainee.gradient(batch.images, (z) => tf.sub(tf.softmax(z), batch.labels)).dataSync();
      const flat = images.flatMap((image) => [...image]);
      const sizes = [1, 2, 3, 4].map(() => {
        const found = (objective.craft as NonNullable<typeof objective.craft>)(trainee, batch, random).dataSync();
        const size = Math.max(...found.map((value, i) => Math.abs(value - (flat[i] as number))));
        const expected = flat.map((value, i) =>
          Math.min(1, Math.max(0, value + size * Math.sign(gradient[i] as number))),
        );
        assertClose(found, expected, 1e-6);
        return size;
      });
      assert.equal(new Set(sizes).size, 4);
      for (const size of sizes) assert.ok(size >= 0.1 - 1e-6 && size <= 0.2 + 1e-6, `a step of ${size}`);
    });
  });

  it('gives a model that learned, and the detector that goes with it', async () => {
    // The class is the brightest quarter of the image.
    const quarter = (i: number) => 2 * Math.floor(i / 8) + Math.floor((i % 4) / 2);
    const labels = Array.from({ length: 64 }, (_, k) => k % 4);
    const set = {
      labels,
      images: labels.map((label, k) =>
        Float32Array.from({ length: 16 }, (_, i) => (quarter(i) === label ? 0.9 : 0.2) - ((k + i) % 5) / 25),
      ),
    };
    const parameters = completeParameters(
      collaborative,
      {
        epsilon: 0.1,
        epochs: 8,
        batchSize: 16,
        learningRate: 0.03,
        patience: 8,
      },
      'quick',
    );
    const plain = fillWeights(
      sequential({
        layers: [
          layers.flatten({ inputShape: [4, 4, 1] }),
          layers.dense({ units: 16, activation: 'relu' }),
          layers.dense({ units: 4 }),
        ],
      }),
    );
    const trained = await train({
      definition: collaborative as unknown as DefenseDefinition,
      parameters: parameters as typeof parameters & Record<string, unknown>,
      model: plain,
      input: shape,
      classes: 4,
      preprocessing: noPreprocessing,
      training: set,
      validation: set,
      seed: 1,
      checkpoint: new Checkpoint(folder.at('checkpoint'), {}),
      craft: async () => [],
      signal,
      onProgress() {},
    });
    const file = await writeLayersModel(classifierOf(trained.network), folder.at('trained'));
    const classifier = differentiable((await openLayersModel(file)).classifier);
    const { kind, state, threshold } = collaborative.detector?.(parameters, trained.prepared) ?? { threshold: NaN };
    assert.equal(kind, detectorDefinition.id);
    assert.equal(threshold, 0);
    const detector = await detectorDefinition.bind(state ?? { values: {}, arrays: {} }, {}, classifier);
    const accepted = (await detector.score(set.images)).filter((score) => score <= threshold);
    assert.ok(trained.after.cleanAccuracy > 0.9, `${trained.after.cleanAccuracy} of the images are right`);
    assert.ok(accepted.length > 0.9 * set.images.length, `${accepted.length} clean images are accepted`);
  });
});
