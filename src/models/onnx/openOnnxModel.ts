import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { sizeOf } from '../../data/image.ts';
import { UserError } from '../../userError.ts';
import type { Classifier } from '../classifier.ts';
import { noPreprocessing, type Preprocessing } from '../preprocessing.ts';
import { chooseBatchSize, memoryBudget } from './batchSize.ts';
import { UnderivableGradient } from './gradient/derive.ts';
import { gradientModel } from './gradient/gradientModel.ts';
import { elementCount, type Model, type Value } from './graph.ts';
import { toImageModel } from './imageModel.ts';
import type { Inspection } from './inspect.ts';
import { labelsIn, normalizationIn } from './metadata.ts';
import { type Activation, DifferentiableOnnxClassifier, OnnxClassifier } from './onnxClassifier.ts';
import { readModel } from './readModel.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import { activationBytes, Sessions, weightBytes } from './sessions.ts';
import { oldestOpset, upgrade } from './upgrade.ts';
import { widenBatch } from './widenBatch.ts';

/** What settings say of a model beside its path; what they leave out is looked for in the model's metadata. */
export interface OnnxOptions {
  readonly preprocessing?: Preprocessing;
  readonly classes?: readonly string[];
  /** Side of the images, for a model that takes any. */
  readonly size?: number;
}

/** An ONNX model as a classifier, with the identity of its files. */
export interface OpenedOnnxModel {
  readonly classifier: Classifier & { dispose(): void };
  readonly sha256: string;
  readonly files: readonly string[];
  /** What was taken from the model's metadata. */
  readonly notes: readonly string[];
}

/**
 * Opens an ONNX file.
 * @throws UserError when it is damaged, or no image classifier.
 */
export async function openOnnxModel(file: string, options: OnnxOptions): Promise<OpenedOnnxModel> {
  const { files, ...model } = await readModel(file);
  const notes: string[] = [];
  const inFile = options.preprocessing ? undefined : normalizationIn(model.metadata);
  if (inFile) notes.push('mean and standard deviation are those of the model’s metadata');
  const preprocessing = options.preprocessing ?? { ...noPreprocessing, ...inFile };
  const classes = options.classes ?? labelsIn(model.metadata);
  if (classes && !options.classes) notes.push('class names are those of the model’s metadata');
  const [classifier, sha256] = await Promise.all([
    toClassifier(guarded(await startRuntime(), await stampsOf(files)), upgrade(model), {
      ...options,
      preprocessing,
      ...(classes ? { classes } : {}),
    }),
    hashOf(files),
  ]);
  return { classifier, sha256, files, notes };
}

/**
 * A graph on ONNX Runtime as a classifier; differentiable where its gradient can be derived.
 * @param activations the values that functionals may weigh; all that one image has where it is missing.
 * @throws UserError when the graph cannot be run, or is no image classifier.
 */
export async function toClassifier(
  runtime: Runtime,
  model: Model,
  { preprocessing = noPreprocessing, classes, size }: OnnxOptions,
  activations?: ReadonlyMap<string, Activation>,
): Promise<OnnxClassifier> {
  const image = toImageModel(model, preprocessing, size);
  const { input } = image;
  const imageDims = [input.height, input.width, input.channels];
  const whole = await inspected(new Sessions(runtime, image.model, imageDims), image.batch === 'any' ? 1 : image.batch);
  const wide = image.batch === 1 ? widenBatch(whole) : undefined;
  const anyBatch = image.batch === 'any' || wide !== undefined;
  const sessions = new Sessions(runtime, wide ?? image.model, imageDims);
  const smallest = anyBatch ? 1 : (image.batch as number);
  const inspection = await inspected(sessions, smallest);
  const count = countClasses(inspection, smallest, classes);
  const obstacle = obstacleTo(inspection);
  const Kind = obstacle === undefined ? DifferentiableOnnxClassifier : OnnxClassifier;
  const make = (batchSize: number) =>
    new Kind(
      {
        sessions,
        input,
        classes: classes ?? Array.from({ length: count }, (_, index) => String(index)),
        engine: runtime.name,
        batchSize,
        anyBatch,
        activations: activations ?? activationsOf(inspection, smallest),
      },
      obstacle,
    );
  if (!anyBatch) return make(smallest);
  const footprint = { weights: weightBytes(model), activations: activationBytes(inspection, smallest) };
  return make(await chooseBatchSize(footprint, memoryBudget(), (batch) => timePerImage(make(batch), batch)));
}

async function inspected(sessions: Sessions, batch: number): Promise<Inspection> {
  return sessions.inspect(batch).catch((error: unknown) => {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new UserError(`ONNX Runtime cannot run this model: ${reason}`, { cause: error });
  });
}

function countClasses({ model, shapes }: Inspection, batch: number, classes: readonly string[] | undefined): number {
  const [output] = model.graph.outputs as [Value];
  const dims = shapes.get(output.name) ?? [];
  const count = elementCount(dims) / batch;
  if (dims[0] !== batch || dims.slice(2).some((size) => size !== 1) || dims.length < 2 || count < 2) {
    throw new UserError(
      `For a batch of ${batch} the model gives [${dims.join(', ')}]. Perturb needs a classifier, with a score for each of two or more classes.`,
    );
  }
  if (classes && classes.length !== count) {
    throw new UserError(
      `The model has ${count} classes, and its labels name ${classes.length}. Check "labels" of this model in the settings.`,
    );
  }
  return count;
}

/** Why a gradient cannot be derived; undefined where it can. */
function obstacleTo(inspection: Inspection): string | undefined {
  const opset = inspection.model.opsets.get('') ?? 0;
  if (opset < oldestOpset) {
    return `it is written in version ${opset} of ONNX’s operators; export it in version ${oldestOpset} or newer`;
  }
  const halves = [...inspection.model.graph.constants.values()].some(
    ({ type }) => type === 'float16' || type === 'bfloat16',
  );
  if (halves) return 'it computes in float16; export it in float32';
  try {
    gradientModel(inspection, { kinds: ['crossEntropy'], activations: [], several: false });
    return undefined;
  } catch (error) {
    if (!(error instanceof UnderivableGradient)) throw error;
    return `no gradient passes ${error.message}`;
  }
}

/** Every value that belongs to one image of the batch, by its name in the file. */
function activationsOf({ model, shapes }: Inspection, batch: number): Map<string, Activation> {
  const names = model.graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => shapes.get(name)?.[0] === batch);
  return new Map(names.map((value) => [value, { value, channelsFirst: false }]));
}

/** Milliseconds that an image takes, of the kind of question that attacks ask: the median of three, or one if that is long. */
async function timePerImage(classifier: OnnxClassifier, batch: number): Promise<number> {
  const images = Array.from({ length: batch }, () => new Float32Array(sizeOf(classifier.input)).fill(0.5));
  const ask = () =>
    classifier instanceof DifferentiableOnnxClassifier
      ? classifier.pullback(
          images,
          images.map(() => [{ kind: 'crossEntropy', label: 0 }]),
        )
      : classifier.logits(images);
  const times: number[] = [];
  // The first makes the session.
  await ask();
  while (times.length < 3 && (times[0] ?? 0) < 200) {
    const start = performance.now();
    await ask();
    times.push(performance.now() - start);
  }
  return (times.sort((a, b) => a - b)[times.length >> 1] as number) / batch;
}

type Stamps = ReadonlyMap<string, string>;

async function stampsOf(files: readonly string[]): Promise<Stamps> {
  return new Map(await Promise.all(files.map(async (file) => [file, await stampOf(file)] as const)));
}

async function stampOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  return `${found?.mtimeMs} ${found?.size}`;
}

/** Sessions read weights from the model's files, and are made as they are needed: the files must still be the same. */
function guarded(runtime: Runtime, stamps: Stamps): Runtime {
  return {
    ...runtime,
    async open(model, options) {
      for (const [file, stamp] of stamps) {
        if ((await stampOf(file)) !== stamp) {
          throw new UserError(`${file} was changed while it was being tested. Run the test again.`);
        }
      }
      return runtime.open(model, options);
    },
  };
}

async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer);
  return hash.digest('hex');
}
