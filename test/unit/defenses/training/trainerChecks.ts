import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { commonParameters } from '../../../../src/defenses/training/commonParameters.ts';
import type { DefenseDefinition } from '../../../../src/defenses/training/defenseDefinition.ts';
import { crossEntropy } from '../../../../src/defenses/training/losses.ts';
import type { Trained, train } from '../../../../src/defenses/training/trainer.ts';
import type { Checks } from '../../../support/checks.ts';
import { type Change, toyTask, weightsOf } from '../../../support/trainingToys.ts';

/** Cross-entropy of clean images, whose sign is that of the epoch; six steps an epoch. */
export function plain(sign: (epoch: number) => number = () => 1): DefenseDefinition {
  return {
    id: 'plain',
    title: 'plain',
    description: '',
    source: '',
    limits: '',
    parameters: commonParameters as unknown as DefenseDefinition['parameters'],
    async objective() {
      let step = 0;
      return {
        loss(trainee, { images, labels }) {
          return tf.mul(crossEntropy(trainee.logits(images), labels), sign(Math.floor(step++ / 6)));
        },
      };
    },
  };
}

/** Parameters with which the toy learns what its classes look like. */
export const learning = { epsilon: 0.01, schedule: 'constant', learningRate: 0.005 };

/** What a training comes to, without the time that it took. */
export function essence({ network, before, after, points }: Trained) {
  return { weights: weightsOf(network), before, after, points };
}

/** Trains, stopping when so many steps are reported. */
export async function interrupted(
  trains: typeof train,
  folder: string,
  at: number,
  change: Change = {},
): Promise<void> {
  const stop = new AbortController();
  const onProgress = ({ step }: { step: number }) => step === at && stop.abort();
  const training = trains(toyTask(folder, { ...change, signal: stop.signal, onProgress }));
  await assert.rejects(training, { name: 'AbortError' });
}

/** Does something with a folder that is gone afterwards. */
async function inFolder(work: (at: (name: string) => string) => Promise<void>): Promise<void> {
  const folder = path.join(tmpdir(), `perturb-training-${randomUUID()}`);
  await work((name) => path.join(folder, name)).finally(() => rm(folder, { recursive: true, force: true }));
}

/** What holds for training, and which mistakes in it break. */
export const trainerChecks: Checks<typeof train> = {
  'it keeps the weights of the best epoch, and ends when none is better for as long as patience has it': (trains) =>
    inFolder(async (at) => {
      const definition = plain((epoch) => (epoch < 2 ? 1 : -3));
      const stopped = await trains(
        toyTask(at('stopped'), { definition, parameters: { ...learning, epochs: 9, patience: 2 } }),
      );
      const measured = stopped.points.filter(({ robustAccuracy }) => robustAccuracy !== undefined);
      const { epoch } = stopped.after;
      assert.ok(epoch < 7, 'epoch < 7');
      assert.deepEqual(
        measured.map((point) => point.epoch),
        Array.from({ length: epoch + 3 }, (_, i) => i),
      );
      const best = Math.max(...measured.slice(1).map(({ robustAccuracy }) => robustAccuracy as number));
      assert.equal(stopped.after.robustAccuracy, best);
      assert.ok((measured.at(-1)?.robustAccuracy as number) < best, 'the last epoch is as good');
      assert.equal(stopped.points.at(-1), measured.at(-1), 'it went on after the last epoch');
      const until = await trains(toyTask(at('until'), { definition, parameters: { ...learning, epochs: epoch } }));
      assert.equal(weightsOf(stopped.network), weightsOf(until.network));
    }),

  'a point of the loss is the mean since the last': (trains) =>
    inFolder(async (at) => {
      let step = 0;
      const definition: DefenseDefinition = {
        ...plain(),
        // The number of the step, whatever the weights are.
        objective: async () => ({
          loss: (trainee, { images }) => tf.add(tf.mul(tf.sum(trainee.logits(images)), 0), step++),
        }),
      };
      const parameters = { ...learning, optimizer: 'sgd', learningRate: 1e-9, epochs: 1, batchSize: 1 };
      const { points } = await trains(toyTask(at('loss'), { definition, parameters }));
      const losses = points.filter(({ loss }) => loss !== undefined);
      // Fifty steps, and twenty points at most.
      const ends = [...Array.from({ length: 16 }, (_, i) => 3 * i + 3), 50];
      assert.deepEqual(
        losses.map(({ epoch }) => Math.round(50 * epoch)),
        ends,
      );
      for (let i = 1; i < 16; i++) {
        const rise = (losses[i]?.loss as number) - (losses[i - 1]?.loss as number);
        assert.ok(Math.abs(rise - 3) < 1e-3, `the loss rises by ${rise}`);
      }
    }),

  'it ends the same when it was interrupted, wherever that was': (trains) =>
    inFolder(async (at) => {
      const whole = essence(await trains(toyTask(at('whole'))));
      // Within an epoch, at its end before it is measured, and after.
      for (const step of [1, 6, 13]) await interrupted(trains, at('parts'), step);
      assert.deepEqual(essence(await trains(toyTask(at('parts')))), whole);
    }),

  'it loses only the step whose checkpoint was being written': (trains) =>
    inFolder(async (at) => {
      await interrupted(trains, at('torn'), 5);
      const file = (name: string) => path.join(at('torn'), name);
      const { weights } = JSON.parse(await readFile(file('state.json'), 'utf8')) as { weights: string };
      const steps: number[] = [];
      // What the next step writes is what a kill would leave half done.
      const stop = new AbortController();
      const onProgress = ({ step }: { step: number }) => steps.push(step) === 1 && stop.abort();
      const state = await readFile(file('state.json'));
      await assert.rejects(trains(toyTask(at('torn'), { onProgress, signal: stop.signal })), { name: 'AbortError' });
      await writeFile(file('state.json'), state);
      const written = JSON.parse(await readFile(file('state.json'), 'utf8')) as { weights: string };
      assert.equal(written.weights, weights);
      for (const name of ['weights-0.npz', 'weights-1.npz']) {
        if (name !== weights) await writeFile(file(name), 'half of a file');
      }
      await writeFile(file('state.json.new'), '{"half":');
      const whole = essence(await trains(toyTask(at('whole'))));
      assert.deepEqual(essence(await trains(toyTask(at('torn')))), whole);
    }),
};
