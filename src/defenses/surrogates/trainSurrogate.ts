import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type * as tfl from '@tensorflow/tfjs-layers';
import { writeError } from '../../data/fileErrors.ts';
import { type LabeledImage, listExamples, readImages } from '../../data/loadExamples.ts';
import { claimFolder } from '../../data/ownFolder.ts';
import { replaceFile } from '../../data/replaceFile.ts';
import { sample } from '../../data/sample.ts';
import { openModel } from '../../models/open.ts';
import type { OpenedModel } from '../../models/openedModel.ts';
import type { ModelOptions } from '../../models/options.ts';
import { startTensorFlow } from '../../models/tfjs/backend.ts';
import { readLayersModel } from '../../models/tfjs/readLayersModel.ts';
import { registerTrainingGradients } from '../../models/tfjs/training/trainingGradients.ts';
import { completeParameters } from '../../parameters/complete.ts';
import { hide } from '../../secrets.ts';
import { UserError } from '../../userError.ts';
import type { SurrogatePlan } from '../plan.ts';
import type { TrainingPoint, TrainingProgress } from '../progress.ts';
import { Checkpoint } from '../training/checkpoint.ts';
import type { DefenseDefinition } from '../training/defenseDefinition.ts';
import { exportModel } from '../training/exportModel.ts';
import type { LabeledPixels } from '../training/objective.ts';
import { Trainee } from '../training/trainee.ts';
import { train } from '../training/trainer.ts';
import { forget, networkFor } from './architecture.ts';
import { moved } from './augmentation.ts';
import { describeCard, type SurrogateCard } from './card.ts';
import { surrogates } from './catalog.ts';
import { Oracle } from './oracle.ts';
import type { SurrogateReport } from './report.ts';

/** A tenth of the images is set aside to measure on, but no more than this. */
const mostValidationImages = 300;

/** With fewer images, none can be set aside. */
const fewestImages = 4;

/** Our files in the folder of a surrogate. */
const contents = ['model.json', 'weights.bin', 'model.onnx', 'labels.txt', 'card.md', 'card.json', 'checkpoint'];

/** Training on the labels as they are. */
const plain: Pick<DefenseDefinition, 'objective'> = {
  async objective() {
    const { crossEntropy } = await import('../training/losses.ts');
    return { loss: (trainee, { images, labels }) => crossEntropy(trainee.logits(images), labels) };
  },
};

/** What training works with. */
interface Context {
  readonly signal: AbortSignal;
  /** How the model is computed that is asked. */
  readonly computing?: ModelOptions;
  onProgress(progress: TrainingProgress): void;
}

/**
 * Trains a surrogate for a model and writes it into the plan's folder: `model.json` with its weights, `model.onnx`,
 * `labels.txt`, `card.json` and `card.md`. Its state, and what the model has answered, are in the folder `checkpoint` there;
 * a later call with the same plan goes on from it, and asks nothing again.
 * @throws UserError when the images or the architecture are unsuitable, the folder holds something else or cannot be
 * written, or the checkpoint belongs to another training; the signal's reason when it aborts.
 */
export async function trainSurrogate(plan: SurrogatePlan, context: Context): Promise<SurrogateReport> {
  const { signal, computing, onProgress } = context;
  const tell = ({ point, ...progress }: Omit<TrainingProgress, 'name'>) =>
    onProgress({ name: plan.name, ...progress, ...(point && { point: shown(point, 0) }) });
  tell({ phase: 'loading', step: 0, steps: 0 });
  const definition = surrogates.get(plan.kind);
  if (definition === undefined) throw new UserError(`There is no way to train a surrogate called "${plan.kind}".`);
  const parameters = completeParameters(definition, plan.parameters, plan.preset);
  const asking = definition.asking?.(parameters);
  await claimFolder(plan.path, { holds: `the surrogate "${plan.name}"`, contents });
  const opened = await openModel(plan.model, computing);
  const { classifier, preprocessing, sha256 } = opened;
  try {
    const { name: engine } = await startTensorFlow();
    registerTrainingGradients();
    const model = await layersFor(plan, opened);
    const images = await loadImages(plan, opened, signal, asking !== undefined);
    const aside = new Set(sample(images, ({ label }) => label, validationCount(images.length), plan.seed));
    const fingerprint = {
      surrogate: plan.kind,
      parameters: JSON.stringify(parameters),
      seed: String(plan.seed),
      model: sha256,
      architecture: JSON.stringify(model.toJSON(null, false)),
      preprocessing: JSON.stringify(preprocessing),
      'training data': hashOf(images),
      engine,
    };
    const folder = path.join(plan.path, 'checkpoint');
    const oracle = asking && new Oracle({ folder, fingerprint, model: classifier, queries: asking.queries, signal });
    const answered = async (set: readonly Float32Array[], name: string): Promise<LabeledPixels> => {
      tell({ phase: 'asking', step: 0, steps: set.length });
      return (oracle as Oracle).labeled(set, name);
    };
    const first = toPixels(images.filter((image) => !aside.has(image)));
    const validation = toPixels(images.filter((image) => aside.has(image)));
    const measured = oracle ? await answered(validation.images, 'validation') : validation;
    let set = oracle ? await answered(first.images, 'images') : first;
    checkClasses(plan, opened, set);
    const rounds = asking?.rounds ?? 0;
    const points: TrainingPoint[] = [];
    let [seconds, agreement] = [0, 0];
    for (let round = 0; round <= rounds; round++) {
      const trained = await train({
        definition: plain,
        parameters: { ...parameters, epsilon: 0, patience: parameters.epochs },
        model,
        input: classifier.input,
        classes: classifier.classes.length,
        preprocessing,
        training: set,
        validation: measured,
        seed: plan.seed,
        checkpoint: new Checkpoint(path.join(folder, `round-${round}`), fingerprint),
        craft: () => Promise.reject(new Error('a surrogate learns from no attack')),
        signal,
        onProgress: tell,
      });
      model.setWeights(trained.network.getWeights());
      points.push(...trained.points.map((point) => shown(point, round * parameters.epochs)));
      seconds += trained.seconds;
      agreement = trained.after.cleanAccuracy;
      const trainee = new Trainee(trained.network, preprocessing);
      try {
        if (oracle && round < rounds) {
          const how = { shape: classifier.input, classes: classifier.classes.length, reach: asking.reach };
          const further = await answered(moved(trainee, set, how), `round-${round + 1}`);
          set = { images: [...set.images, ...further.images], labels: [...set.labels, ...further.labels] };
        }
      } finally {
        trainee.dispose();
      }
    }
    const summary = {
      name: plan.name,
      kind: plan.kind,
      title: definition.title,
      agreement,
      validation: measured.images.length,
      images: set.images.length,
      queries: oracle?.asked ?? 0,
      points,
      time: Math.round(seconds * 1000) / 1000,
    };
    const report = await write(plan, opened, model, {
      ...summary,
      version: 1,
      source: definition.source,
      preset: plan.preset,
      parameters,
      seed: plan.seed,
      original: { name: plan.model.name, path: plan.model.path, sha256 },
      ...(plan.architecture && { architecture: plan.architecture.path }),
      preprocessing,
      training: { path: plan.dataset.path, images: images.length, sha256: hashOf(images) },
      engine,
      date: new Date().toISOString(),
      warnings: warningsOn(agreement, classifier.classes.length),
    });
    await rm(folder, { recursive: true, force: true });
    return report;
  } finally {
    classifier.dispose();
  }
}

/** The network to train, with new weights. */
async function layersFor({ architecture, seed }: SurrogatePlan, { classifier }: OpenedModel): Promise<tfl.LayersModel> {
  const { input, classes } = classifier;
  const model = architecture ? await readLayers(architecture.path) : networkFor(input, classes.length);
  const [, ...size] = model.inputs[0]?.shape ?? [];
  const expected = [input.height, input.width, input.channels];
  const outputs = model.outputs[0]?.shape.at(-1);
  if (String(size) !== String(expected) || outputs !== classes.length) {
    throw new UserError(
      `The layers of "${architecture?.name}" take ${size.join(' × ')} values and have ${outputs} classes; the model takes ${expected.join(' × ')} and has ${classes.length}. Choose another "architecture", or leave it out.`,
    );
  }
  forget(model, seed);
  return model;
}

async function readLayers(file: string): Promise<tfl.LayersModel> {
  if (!file.endsWith('.json')) {
    throw new UserError(
      `${file} cannot be trained here: only TensorFlow.js layers models (model.json) can. Choose another "architecture", or leave it out.`,
    );
  }
  return (await readLayersModel(file)).model;
}

async function loadImages(
  { dataset, model, seed }: SurrogatePlan,
  { classifier }: OpenedModel,
  signal: AbortSignal,
  isAsked: boolean,
): Promise<readonly LabeledImage[]> {
  const { files } = await listExamples({ dataset, classNames: classifier.classes, seed });
  const reading = { shape: classifier.input, resizing: model.resizing, signal };
  const { images } = await readImages(files, dataset, reading, (image) => image);
  if (images.length < fewestImages) {
    throw new UserError(`${dataset.path}: ${images.length} images are too few to train on. Add some.`);
  }
  if (!isAsked && images.some(({ label }) => label === undefined)) {
    throw new UserError(
      `${dataset.path}: the images have no labels. Add labels to the dataset, or use the kind "answers", which asks the model.`,
    );
  }
  return images;
}

/** A network that has seen one class would always predict it. */
function checkClasses({ dataset }: SurrogatePlan, { classifier }: OpenedModel, { labels }: LabeledPixels): void {
  const [only, ...others] = new Set(labels);
  if (only === undefined || others.length > 0) return;
  throw new UserError(
    `${dataset.path}: all images are of one class, "${classifier.classes[only]}". A surrogate trained on them would always predict it: add images of the other classes.`,
  );
}

function validationCount(images: number): number {
  return Math.min(mostValidationImages, Math.ceil(images / 10));
}

function toPixels(images: readonly LabeledImage[]): LabeledPixels {
  return { images: images.map(({ pixels }) => pixels), labels: images.map(({ label }) => label ?? 0) };
}

/** A point of the curves, as one of a training that all rounds are part of. */
function shown({ epoch, loss, cleanAccuracy }: TrainingPoint, before: number): TrainingPoint {
  return {
    epoch: before + epoch,
    ...(loss !== undefined && { loss }),
    ...(cleanAccuracy !== undefined && { cleanAccuracy }),
  };
}

/** SHA-256 of the contents of the files and of their labels. */
function hashOf(images: readonly LabeledImage[]): string {
  const hash = createHash('sha256');
  for (const { sha256, label } of images) hash.update(`${sha256} ${label}\n`);
  return hash.digest('hex');
}

function warningsOn(agreement: number, classes: number): string[] {
  if (agreement > 0.5 || agreement > 5 / classes) return [];
  return [
    `It agrees on only ${(100 * agreement).toFixed(1)}% of the validation images, so that its adversarial examples may carry over badly. Train it for more epochs, or on more images.`,
  ];
}

/** Writes the files of a surrogate; the card comes last. */
async function write(
  plan: SurrogatePlan,
  { classifier, preprocessing }: OpenedModel,
  model: tfl.LayersModel,
  facts: SurrogateCard,
): Promise<SurrogateReport> {
  const cardFile = path.join(plan.path, 'card.json');
  try {
    await mkdir(plan.path, { recursive: true });
    await rm(cardFile, { force: true });
  } catch (error) {
    throw writeError(plan.path, error);
  }
  const classes = { names: classifier.classes, areLabeled: plan.model.labels !== undefined };
  const { warnings, ...files } = await exportModel(model, plan.path, preprocessing, classes);
  const stated = { ...facts, warnings: [...facts.warnings, ...warnings] };
  const card = hide(stated, plan.secrets);
  await replaceFile(path.join(plan.path, 'card.md'), describeCard(card));
  await replaceFile(cardFile, `${JSON.stringify(card, undefined, 2)}\n`);
  const { name, kind, title, agreement, validation, images, queries, points, time } = stated;
  const summary = { name, kind, title, agreement, validation, images, queries, points, time };
  return { ...summary, warnings: stated.warnings, ...files, card: cardFile };
}
