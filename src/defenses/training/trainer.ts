import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../../data/image.ts';
import type { Preprocessing } from '../../models/preprocessing.ts';
import { withoutSoftmax } from '../../models/tfjs/operations/withoutSoftmax.ts';
import { scoped } from '../../models/tfjs/scoped.ts';
import { UserError } from '../../userError.ts';
import type { TrainingPoint, TrainingProgress } from '../progress.ts';
import { type Accuracies, measureAccuracy, toBatch } from './accuracy.ts';
import type { Checkpoint, TrainingState } from './checkpoint.ts';
import type { CommonParameters } from './commonParameters.ts';
import type { DefenseDefinition, PreparationContext, Prepared } from './defenseDefinition.ts';
import type { LabeledPixels, Objective } from './objective.ts';
import { createOptimizer, type Optimizer } from './optimizer.ts';
import { permutation, randomnessOf } from './randomness.ts';
import { learningRateFactor } from './schedule.ts';
import { Trainee } from './trainee.ts';

/** Points of the loss curve per epoch. */
const pointsAnEpoch = 20;

/** A training: everything that its result depends on, and what it works with. */
export interface TrainingTask {
  readonly definition: Pick<DefenseDefinition, 'prepare' | 'extend' | 'objective'>;
  readonly parameters: CommonParameters & Record<string, unknown>;
  /** The given model, which is not changed. */
  readonly model: tfl.LayersModel;
  readonly input: ImageShape;
  readonly classes: number;
  readonly preprocessing: Preprocessing;
  readonly training: LabeledPixels;
  readonly validation: LabeledPixels;
  readonly seed: number;
  readonly checkpoint: Checkpoint;
  readonly craft: PreparationContext['craft'];
  readonly signal: AbortSignal;
  onProgress(progress: Omit<TrainingProgress, 'name'>): void;
}

/** The result of a training. */
export interface Trained {
  /** The network with the weights of the best epoch, ending in logits. */
  readonly network: tfl.LayersModel;
  readonly prepared: Prepared;
  readonly before: Accuracies;
  readonly after: Accuracies & { readonly epoch: number };
  readonly points: readonly TrainingPoint[];
  /** Images that were trained on, including those that the defense added. */
  readonly images: number;
  /** Including resumed runs. */
  readonly seconds: number;
}

/**
 * Trains a network, starting from the checkpoint. An epoch goes through the images in random order, in full batches
 * only. The model is evaluated after each epoch, and the epoch with the best robust accuracy is the result (Rice, Wong
 * & Kolter 2020, arXiv:2002.11569). A checkpoint is written after every step; the result does not depend on how often
 * the training was interrupted.
 * @throws UserError when the loss is no longer finite, or the checkpoint belongs to another training or cannot be written.
 */
export async function train(task: TrainingTask): Promise<Trained> {
  const session = await Session.begin(task);
  try {
    return await session.run();
  } catch (error) {
    session.dispose();
    throw error;
  }
}

class Session {
  readonly #task: TrainingTask;
  readonly #trainee: Trainee;
  readonly #optimizer: Optimizer;
  readonly #objective: Objective;
  readonly #prepared: Prepared;
  readonly #set: LabeledPixels;
  /** All that changes in training: weights, and the state of the optimizer. */
  readonly #weights: readonly tf.Variable[];
  readonly #trainable: readonly tf.Variable[];
  readonly #stepsAnEpoch: number;
  readonly #steps: number;
  #state: TrainingState;
  #order: { readonly epoch: number; readonly places: readonly number[] } | undefined;
  readonly #began = performance.now();
  readonly #first: TrainingState;

  private constructor(
    task: TrainingTask,
    trainee: Trainee,
    { prepared, objective }: { readonly prepared: Prepared; readonly objective: Objective },
    state: TrainingState,
  ) {
    const { parameters, training } = task;
    this.#task = task;
    this.#trainee = trainee;
    this.#prepared = prepared;
    this.#objective = objective;
    const { images = [], labels = [] } = this.#objective.additional ?? {};
    this.#set = { images: [...training.images, ...images], labels: [...training.labels, ...labels] };
    this.#weights = trainee.model.weights.map((weight) => weight.read() as tf.Variable);
    this.#trainable = trainee.model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    this.#optimizer = createOptimizer(parameters.optimizer, this.#trainable);
    this.#stepsAnEpoch = Math.max(1, Math.floor(this.#set.images.length / parameters.batchSize));
    this.#steps = this.#stepsAnEpoch * parameters.epochs;
    this.#state = state;
    this.#first = state;
  }

  static async begin(task: TrainingTask): Promise<Session> {
    const { definition, parameters, model, preprocessing, checkpoint, seed } = task;
    const state = await checkpoint.read();
    const logits = await withoutSoftmax(model);
    const begin = async (prepared: Prepared, state: TrainingState) => {
      const network = (await definition.extend?.(logits, parameters, seed)) ?? logits;
      const objective = await definition.objective(parameters, prepared);
      return new Session(task, new Trainee(network, preprocessing), { prepared, objective }, state);
    };
    if (state) {
      const prepared = definition.prepare ? await checkpoint.readPrepared() : {};
      const session = await begin(prepared, state);
      if (state.step > session.#steps) throw checkpoint.damaged();
      await checkpoint.restore(session.#everything);
      return session;
    }
    const given = new Trainee(logits, preprocessing);
    task.onProgress({ phase: 'measuring', step: 0, steps: 0 });
    const before = await measure(given, task);
    given.weightsChanged();
    const prepared = await prepare(task, logits);
    const blank = { step: 0, before, loss: { sum: 0, count: 0 }, points: [{ epoch: 0, ...before }], seconds: 0 };
    const session = await begin(prepared, blank);
    await session.#save({});
    return session;
  }

  async run(): Promise<Trained> {
    const { parameters, checkpoint, signal } = this.#task;
    for (;;) {
      await nextTurn();
      signal.throwIfAborted();
      const epoch = this.#state.step / this.#stepsAnEpoch;
      const isMeasured = this.#state.points.some(
        (point) => point.epoch === epoch && point.robustAccuracy !== undefined,
      );
      if (Number.isInteger(epoch) && !isMeasured) await this.#measure(epoch);
      const sinceBest = epoch - (this.#state.best?.epoch ?? 0);
      if (this.#state.step === this.#steps || sinceBest >= parameters.patience) break;
      await this.#step();
    }
    const { best, before, points, seconds } = this.#state;
    // Each epoch is measured, so that one of them is the best.
    if (best === undefined || before === undefined) throw checkpoint.damaged();
    await checkpoint.restoreBest(this.#weights, best.epoch);
    this.#trainee.weightsChanged();
    this.#optimizer.dispose();
    const { model: network } = this.#trainee;
    return { network, prepared: this.#prepared, before, after: best, points, images: this.#set.images.length, seconds };
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#trainee.dispose();
  }

  get #everything(): readonly tf.Variable[] {
    return [...this.#weights, ...this.#optimizer.state];
  }

  async #step(): Promise<void> {
    const { parameters, seed, input, classes } = this.#task;
    const { step } = this.#state;
    const random = randomnessOf(seed, 'step', step);
    this.#trainee.begin(random);
    const loss = scoped(() => {
      const batch = toBatch(this.#batch(step), input, classes);
      const adversarial = this.#objective.craft?.(this.#trainee, batch, random) ?? batch.images;
      const { value, grads } = tf.variableGrads(
        () => this.#regularized(this.#objective.loss(this.#trainee, batch, adversarial)),
        [...this.#trainable],
      );
      const rate = parameters.learningRate * learningRateFactor(parameters.schedule, step / this.#steps);
      // A weight that does not affect the loss has no gradient.
      const gradients = this.#trainable.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
      this.#optimizer.apply(gradients, rate, step);
      return value.dataSync()[0] as number;
    });
    this.#trainee.weightsChanged();
    if (!Number.isFinite(loss)) {
      throw new UserError(
        `The loss of step ${step + 1} is ${loss}: the training has diverged. Choose a smaller "learningRate" (it is ${parameters.learningRate}), and delete the folder "checkpoint".`,
      );
    }
    const { length } = this.#state.points;
    await this.#save({ step: step + 1, ...this.#addLoss(loss, step + 1) });
    this.#report('training', this.#state.points[length]);
  }

  /** The loss including the layers' regularizers. */
  #regularized(loss: tf.Scalar): tf.Scalar {
    return this.#trainee.model.calculateLosses().reduce((sum, part) => tf.add(sum, part), loss);
  }

  #batch(step: number): LabeledPixels {
    const { seed, parameters } = this.#task;
    const epoch = Math.floor(step / this.#stepsAnEpoch);
    if (this.#order?.epoch !== epoch) {
      this.#order = { epoch, places: permutation(this.#set.images.length, randomnessOf(seed, 'epoch', epoch)) };
    }
    const from = (step % this.#stepsAnEpoch) * parameters.batchSize;
    const places = this.#order.places.slice(from, from + parameters.batchSize);
    return {
      images: places.map((place) => this.#set.images[place] as Float32Array),
      labels: places.map((place) => this.#set.labels[place] as number),
    };
  }

  /**
   * Records the loss of a step: at intervals, and at the end of an epoch, the mean since the last point becomes a
   * point.
   */
  #addLoss(loss: number, step: number): Pick<TrainingState, 'loss' | 'points'> {
    const { sum, count } = this.#state.loss;
    const total = { sum: sum + loss, count: count + 1 };
    const withinEpoch = step % this.#stepsAnEpoch;
    const isDue = total.count >= this.#stepsAnEpoch / pointsAnEpoch || withinEpoch === 0;
    if (!isDue) return { loss: total, points: this.#state.points };
    const point = { epoch: step / this.#stepsAnEpoch, loss: total.sum / total.count };
    return { loss: { sum: 0, count: 0 }, points: [...this.#state.points, point] };
  }

  async #measure(epoch: number): Promise<void> {
    this.#report('measuring');
    const found = await measure(this.#trainee, this.#task);
    const point = { epoch, ...found };
    const { best } = this.#state;
    const isBest = best === undefined || found.robustAccuracy > best.robustAccuracy;
    if (isBest) await this.#task.checkpoint.saveBest(this.#weights, epoch);
    await this.#save({ points: [...this.#state.points, point], ...(isBest && { best: point }) });
    this.#report('measuring', point);
  }

  async #save(change: Partial<TrainingState>): Promise<void> {
    const seconds = this.#first.seconds + (performance.now() - this.#began) / 1000;
    this.#state = { ...this.#state, ...change, seconds };
    await this.#task.checkpoint.save(this.#state, this.#everything);
  }

  #report(phase: 'training' | 'measuring', point?: TrainingPoint): void {
    const { step, seconds } = this.#state;
    const done = step - this.#first.step;
    const each = (seconds - this.#first.seconds) / done;
    this.#task.onProgress({
      phase,
      step,
      steps: this.#steps,
      ...(done > 0 && { secondsLeft: each * (this.#steps - step) }),
      ...(point && { point }),
    });
  }
}

function measure(
  trainee: Trainee,
  { validation, input, classes, parameters, seed, signal }: TrainingTask,
): Promise<Accuracies> {
  return measureAccuracy(trainee, validation, { shape: input, classes, epsilon: parameters.epsilon, seed, signal });
}

async function prepare(task: TrainingTask, model: tfl.LayersModel): Promise<Prepared> {
  const { definition, parameters, preprocessing, training, seed, signal, craft, checkpoint, onProgress } = task;
  if (definition.prepare === undefined) return {};
  onProgress({ phase: 'crafting', step: 0, steps: 0 });
  const report = (fraction: number) => onProgress({ phase: 'crafting', step: Math.round(100 * fraction), steps: 100 });
  const context = { model, preprocessing, training, seed, signal, craft, onProgress: report };
  const prepared = await definition.prepare(context, parameters);
  await checkpoint.savePrepared(prepared);
  return prepared;
}
