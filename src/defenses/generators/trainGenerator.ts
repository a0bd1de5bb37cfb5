import path from 'node:path';
import { claimFolder } from '../../data/ownFolder.ts';
import { openModel } from '../../models/open.ts';
import type { OpenedModel } from '../../models/openedModel.ts';
import type { ModelOptions } from '../../models/options.ts';
import type { ModelSource } from '../../models/source.ts';
import { startTensorFlow } from '../../models/tfjs/backend.ts';
import { withoutSoftmax } from '../../models/tfjs/operations/withoutSoftmax.ts';
import { readLayersModel } from '../../models/tfjs/readLayersModel.ts';
import { registerTrainingGradients } from '../../models/tfjs/training/trainingGradients.ts';
import { completeParameters } from '../../parameters/complete.ts';
import { UserError } from '../../userError.ts';
import type { GeneratorPlan } from '../plan.ts';
import type { TrainingProgress } from '../progress.ts';
import { Checkpoint } from '../training/checkpoint.ts';
import { Trainee } from '../training/trainee.ts';
import { factsOf, hashOf, loadTrainingData, toSet } from '../training/trainingData.ts';
import { generators } from './catalog.ts';
import { generatorContents, writeGenerator } from './generatorFiles.ts';
import { playGame } from './playGame.ts';
import type { GeneratorReport } from './report.ts';

/** What training works with. */
interface Context {
  readonly signal: AbortSignal;
  /** How the model is computed that the generator is made for. */
  readonly computing?: ModelOptions;
  onProgress(progress: TrainingProgress): void;
}

/**
 * Trains a generator for a model and writes it into the plan's folder: `generator.onnx`, `model.json` with its weights,
 * `card.md`, and `card.json` last. During training, its state is in the folder `checkpoint` there; a later call with the
 * same plan resumes from it, and ends as one that was not interrupted.
 * @throws UserError when there is nothing to follow the gradients of, the images are unsuitable, the folder holds something
 * else or cannot be written, the training diverges, or the checkpoint belongs to another training; the signal's reason when
 * it aborts.
 */
export async function trainGenerator(
  plan: GeneratorPlan,
  { signal, computing, onProgress }: Context,
): Promise<GeneratorReport> {
  const tell = (progress: Omit<TrainingProgress, 'name'>) => onProgress({ name: plan.name, ...progress });
  tell({ phase: 'loading', step: 0, steps: 0 });
  const definition = generators.get(plan.kind);
  if (definition === undefined) throw new UserError(`There is no kind of generator called "${plan.kind}".`);
  const parameters = completeParameters(definition, plan.parameters, plan.preset);
  await claimFolder(plan.path, { holds: `the generator "${plan.name}"`, contents: generatorContents });
  const opened = await openModel(plan.model, computing);
  const standIn = plan.surrogate && (await openModel(plan.surrogate, computing).catch(disposing(opened)));
  try {
    const { classifier, sha256 } = opened;
    if (standIn) checkAlike(plan, classifier, standIn.classifier);
    const target = targetOf(plan, classifier.classes);
    const { training, validation } = await loadTrainingData(plan, opened, signal);
    const { name: engine } = await startTensorFlow();
    registerTrainingGradients();
    const judged = standIn ?? opened;
    const judge = new Trainee(
      await withoutSoftmax(await layersOf(plan, plan.surrogate ?? plan.model)),
      judged.preprocessing,
    );
    const context = { shape: classifier.input, classes: classifier.classes.length, judge, seed: plan.seed };
    const game = await definition.begin({ ...context, ...(target !== undefined && { target }) }, parameters);
    try {
      const checkpoint = new Checkpoint(path.join(plan.path, 'checkpoint'), {
        generator: plan.kind,
        parameters: JSON.stringify(parameters),
        seed: String(plan.seed),
        model: sha256,
        surrogate: standIn?.sha256 ?? '',
        target: plan.target ?? '',
        preprocessing: JSON.stringify(judged.preprocessing),
        'training data': hashOf(training),
        'validation data': hashOf(validation),
        engine,
      });
      const played = await playGame({
        ...context,
        game,
        parameters,
        training: toSet(training),
        validation: toSet(validation),
        checkpoint,
        signal,
        onProgress: tell,
      });
      const report = await writeGenerator({
        plan,
        definition,
        parameters,
        original: { name: plan.model.name, path: plan.model.path, sha256 },
        ...(plan.surrogate &&
          standIn && {
            surrogate: { name: plan.surrogate.name, path: plan.surrogate.path, sha256: standIn.sha256 },
          }),
        input: classifier.input,
        generator: game.generator,
        played,
        drawn: game.samples?.(),
        training: factsOf(plan.dataset, training),
        validation: validation.length,
        engine,
      });
      await checkpoint.remove();
      return report;
    } finally {
      game.dispose();
      judge.dispose();
    }
  } finally {
    opened.classifier.dispose();
    standIn?.classifier.dispose();
  }
}

function disposing({ classifier }: OpenedModel) {
  return (error: unknown): never => {
    classifier.dispose();
    throw error;
  };
}

/** The layers whose gradients are followed. */
async function layersOf({ surrogate }: GeneratorPlan, { path: file }: ModelSource) {
  if (file.endsWith('.json')) return (await readLayersModel(file)).model;
  const advice = surrogate
    ? 'Use a surrogate that was trained here.'
    : 'Train a surrogate for it ("Train Surrogate…"), and name that as the "surrogate" of the generator.';
  throw new UserError(
    `${file}: a generator learns from TensorFlow.js layers models (model.json), which this is not. ${advice}`,
  );
}

function checkAlike(
  { surrogate, model }: GeneratorPlan,
  own: OpenedModel['classifier'],
  its: OpenedModel['classifier'],
): void {
  if (JSON.stringify([own.input, own.classes]) === JSON.stringify([its.input, its.classes])) return;
  throw new UserError(
    `The surrogate "${surrogate?.name}" takes other images, or knows other classes, than the model "${model.name}". Use a surrogate that was trained for it.`,
  );
}

function targetOf({ target, name }: GeneratorPlan, classes: readonly string[]): number | undefined {
  if (target === undefined) return undefined;
  const index = classes.indexOf(target);
  if (index >= 0) return index;
  throw new UserError(
    `The target "${target}" of the generator "${name}" is none of the classes of the model: ${classes.slice(0, 20).join(', ')}.`,
  );
}
