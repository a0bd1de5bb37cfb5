import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from '../../data/image.ts';
import { scoped } from '../../models/tfjs/scoped.ts';
import { UserError } from '../../userError.ts';
import type { TrainingPoint, TrainingProgress } from '../progress.ts';
import { toBatch } from '../training/accuracy.ts';
import type { Checkpoint, TrainingState } from '../training/checkpoint.ts';
import type { LabeledPixels } from '../training/objective.ts';
import { permutation, randomnessOf } from '../training/randomness.ts';
import { learningRateFactor } from '../training/schedule.ts';
import type { Game, GeneratorParameters } from './generatorDefinition.ts';
import { sampleSheet } from './sampleSheet.ts';

/** Points of the loss curve per epoch. */
const pointsAnEpoch = 20;

/** How long, in milliseconds, a killed process may have worked in vain: networks are too large to be written after each step. */
const between = 2000;

/** A training of a generator: everything that its result depends on, and what it works with. */
export interface GameTask {
  readonly game: Game;
  readonly parameters: GeneratorParameters;
  readonly shape: ImageShape;
  readonly classes: number;
  readonly training: LabeledPixels;
  readonly validation: LabeledPixels;
  readonly seed: number;
  readonly checkpoint: Checkpoint;
  readonly signal: AbortSignal;
  onProgress(progress: Omit<TrainingProgress, 'name'>): void;
}

/** What a training came to. The game's generator has the weights of the last step. */
export interface Played {
  readonly points: readonly TrainingPoint[];
  /** Including resumed runs. */
  readonly seconds: number;
}

/**
 * Plays a game to its end, from the checkpoint on. An epoch goes through the images in random order, in full batches only.
 * What comes out does not depend on how often the training was interrupted, or where.
 * @throws UserError when a loss or a weight is no longer finite: the checkpoint is then of the last good step; or when the
 * checkpoint belongs to another training or cannot be written; the signal's reason when it aborts.
 */
export async function playGame(task: GameTask): Promise<Played> {
  const { game, parameters, training, checkpoint, seed, signal, shape, classes, onProgress } = task;
  const { epochs, schedule } = parameters;
  const batchSize = Math.min(parameters.batchSize, training.images.length);
  const stepsAnEpoch = Math.floor(training.images.length / batchSize);
  const steps = stepsAnEpoch * epochs;
  const began = performance.now();
  const known = await checkpoint.read();
  if (known && known.step > steps) throw checkpoint.damaged();
  if (known) await checkpoint.restore(game.variables);
  let state: TrainingState = known ?? { step: 0, loss: { sum: 0, count: 0 }, points: [], seconds: 0 };
  const first = state;
  let saved = -Infinity;
  const save = async () => {
    saved = performance.now();
    state = { ...state, seconds: first.seconds + (saved - began) / 1000 };
    await checkpoint.save(state, game.variables);
  };
  const report = (phase: 'training' | 'measuring', point?: TrainingPoint, samples?: string) => {
    const done = state.step - first.step;
    const each = (performance.now() - began) / 1000 / done;
    onProgress({
      phase,
      step: state.step,
      steps,
      ...(done > 0 && { secondsLeft: each * (steps - state.step) }),
      ...(samples !== undefined && { samples }),
      ...(point && { point }),
    });
  };
  let order: { readonly epoch: number; readonly places: readonly number[] } | undefined;
  const batchOf = (step: number) => {
    const epoch = Math.floor(step / stepsAnEpoch);
    if (order?.epoch !== epoch) {
      order = { epoch, places: permutation(training.images.length, randomnessOf(seed, 'epoch', epoch)) };
    }
    const from = (step % stepsAnEpoch) * batchSize;
    const places = order.places.slice(from, from + batchSize);
    return {
      images: places.map((place) => training.images[place] as Float32Array),
      labels: places.map((place) => training.labels[place] as number),
    };
  };
  if (known === undefined) await save();
  for (;;) {
    await nextTurn();
    if (signal.aborted && state.step > first.step) await save();
    signal.throwIfAborted();
    const { step } = state;
    const epoch = step / stepsAnEpoch;
    const isMeasured = state.points.some((point) => point.epoch === epoch && point.loss === undefined);
    if (Number.isInteger(epoch) && !isMeasured) {
      report('measuring');
      const point = { epoch, ...(await game.measure(task.validation, signal)) };
      state = { ...state, points: [...state.points, point] };
      await save();
      report('measuring', point, game.samples && (await dataUrl(game.samples(), shape)));
    }
    if (step === steps) break;
    const loss = scoped(() => {
      const learningRate = parameters.learningRate * learningRateFactor(schedule, step / steps);
      return game.step(toBatch(batchOf(step), shape, classes), {
        random: randomnessOf(seed, 'step', step),
        learningRate,
        step,
      });
    });
    if (!Number.isFinite(loss) || !isSound(game)) throw diverged(step, parameters, checkpoint);
    const { length } = state.points;
    state = { ...state, step: step + 1, ...withLoss(state, loss, step + 1, stepsAnEpoch) };
    if (performance.now() - saved >= between) await save();
    report('training', state.points[length]);
  }
  return { points: state.points, seconds: state.seconds };
}

async function dataUrl(samples: LabeledPixels, shape: ImageShape): Promise<string> {
  return `data:image/png;base64,${(await sampleSheet(samples, shape)).toString('base64')}`;
}

/** A weight that is not finite makes every later one so: the sum of them tells. */
function isSound({ generator }: Game): boolean {
  return scoped(() => generator.getWeights().every((weight) => Number.isFinite(tf.sum(weight).dataSync()[0])));
}

/** At intervals, and at the end of an epoch, the mean of the losses since the last point becomes a point. */
function withLoss(
  { loss: { sum, count }, points }: TrainingState,
  loss: number,
  step: number,
  stepsAnEpoch: number,
): Pick<TrainingState, 'loss' | 'points'> {
  const total = { sum: sum + loss, count: count + 1 };
  const isDue = total.count >= stepsAnEpoch / pointsAnEpoch || step % stepsAnEpoch === 0;
  if (!isDue) return { loss: total, points };
  const point = { epoch: step / stepsAnEpoch, loss: total.sum / total.count };
  return { loss: { sum: 0, count: 0 }, points: [...points, point] };
}

function diverged(step: number, { learningRate }: GeneratorParameters, { folder }: Checkpoint): UserError {
  return new UserError(
    `The training diverged at step ${step + 1}: its numbers are no longer finite. ${folder} has it as it was before. Choose a smaller "learningRate" (it is ${learningRate}), and delete that folder to start over.`,
  );
}
