import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { TrainingPoint } from '../../../../src/defenses/progress.ts';
import type { DefenseDefinition } from '../../../../src/defenses/training/defenseDefinition.ts';
import { learningRateFactor } from '../../../../src/defenses/training/schedule.ts';
import { type TrainingTask, train } from '../../../../src/defenses/training/trainer.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { registerTrainingGradients } from '../../../../src/models/tfjs/training/trainingGradients.ts';
import { UserError } from '../../../../src/userError.ts';
import { itPasses } from '../../../support/checks.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { toyModel, toySet, toyTask, weightsOf } from '../../../support/trainingToys.ts';
import { learning, plain, trainerChecks } from './trainerChecks.ts';

describe('training', () => {
  const folder = temporaryFolder();
  before(async () => {
    await startTensorFlow();
    registerTrainingGradients();
  });

  it('learns, and leaves the given model as it is', async () => {
    const model = toyModel();
    const given = weightsOf(model);
    const { before, after } = await train(
      toyTask(folder.at('a'), { definition: plain(), model, parameters: learning }),
    );
    assert.equal(weightsOf(model), given);
    assert.ok(after.cleanAccuracy > before.cleanAccuracy + 0.2, JSON.stringify({ before, after }));
  });

  itPasses(trainerChecks, train);

  it('draws curves: the loss now and then, both accuracies after each epoch, and time left', async () => {
    const seen: TrainingPoint[] = [];
    const left: number[] = [];
    const onProgress: TrainingTask['onProgress'] = ({ point, secondsLeft }) => {
      if (point) seen.push(point);
      if (secondsLeft !== undefined) left.push(secondsLeft);
    };
    const { points, before } = await train(
      toyTask(folder.at('a'), { definition: plain(), parameters: learning, onProgress }),
    );
    assert.deepEqual(points[0], { epoch: 0, ...before });
    assert.deepEqual(seen, points.slice(1));
    const losses = points.filter(({ loss }) => loss !== undefined);
    assert.equal(losses.length, 18);
    assert.ok((losses.at(-1)?.loss as number) < (losses[0]?.loss as number));
    assert.ok(left.length > 0 && left.every((seconds) => seconds >= 0));
    assert.equal(left.at(-1), 0);
  });

  it('learns from the images that a defense adds', async () => {
    const { images, labels } = toySet(30, 3);
    const definition: DefenseDefinition = {
      ...plain(),
      objective: async (parameters, prepared) => ({
        ...(await plain().objective(parameters, prepared)),
        additional: { images, labels },
      }),
    };
    const trained = await train(toyTask(folder.at('a'), { definition, parameters: { ...learning, epochs: 1 } }));
    assert.equal(trained.images, 80);
    assert.equal(trained.points.at(-1)?.epoch, 1);
    assert.equal(trained.points.filter(({ loss }) => loss !== undefined).length, 10);
  });

  it('counts the regularizers of layers', async () => {
    const kernel = () => toyModel().getWeights()[0] as tf.Tensor;
    const still: DefenseDefinition = {
      ...plain(),
      objective: async () => ({
        loss: (trainee, { images }) => tf.mul(tf.sum(trainee.logits(images)), 0) as tf.Scalar,
      }),
    };
    const parameters = { ...learning, epochs: 1, optimizer: 'sgd', learningRate: 0.1 };
    const { network } = await train(toyTask(folder.at('a'), { definition: still, parameters }));
    const [before, after] = [kernel(), network.getWeights()[0] as tf.Tensor].map(
      (of) => tf.sum(tf.square(of)).dataSync()[0],
    );
    assert.ok((after as number) < (before as number));
  });

  it('stops before the next step when it is cancelled', async () => {
    const stop = new AbortController();
    const steps: number[] = [];
    const onProgress: TrainingTask['onProgress'] = ({ step, phase }) => {
      if (phase === 'training') steps.push(step);
      if (step === 4) stop.abort();
    };
    await assert.rejects(train(toyTask(folder.at('a'), { signal: stop.signal, onProgress })), { name: 'AbortError' });
    assert.equal(steps.at(-1), 4);
  });

  it('says why its checkpoint cannot be written', async () => {
    await folder.write('file', '');
    await assert.rejects(
      train(toyTask(folder.at('file', 'checkpoint'), { definition: plain() })),
      (error) => error instanceof UserError && /is a file, not a folder/.test(error.message),
    );
  });

  it('says so when it diverges', async () => {
    const parameters = { ...learning, optimizer: 'sgd', learningRate: 1e30 };
    await assert.rejects(
      train(toyTask(folder.at('a'), { definition: plain(), parameters })),
      (error) => error instanceof UserError && /diverged.*learningRate/.test(error.message),
    );
  });

  it('refuses layers whose noise cannot be repeated', async () => {
    const { flatten, dense, gaussianNoise } = tfl.layers;
    const model = tfl.sequential({
      layers: [gaussianNoise({ inputShape: [8, 8, 1], stddev: 0.1 }), flatten(), dense({ units: 3 })],
    });
    await assert.rejects(train(toyTask(folder.at('a'), { definition: plain(), model })), /GaussianNoise.*Use Dropout/);
  });

  it('frees what it makes', async () => {
    const task = toyTask(folder.at('a'), { parameters: { epochs: 1 } });
    const before = tf.memory().numTensors;
    const { network } = await train(task);
    network.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it('lets the learning rate take its course', () => {
    const course = (name: Parameters<typeof learningRateFactor>[0]) =>
      [0, 0.2, 0.4, 0.499, 0.5, 0.7, 0.75, 1].map((at) => Math.round(1000 * learningRateFactor(name, at)) / 1000);
    assert.deepEqual(course('cyclic'), [0, 0.5, 1, 0.835, 0.833, 0.5, 0.417, 0]);
    assert.deepEqual(course('piecewise'), [1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01]);
    assert.deepEqual(course('constant'), Array(8).fill(1));
  });
});
