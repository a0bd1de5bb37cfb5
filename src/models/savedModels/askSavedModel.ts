import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from '../../data/image.ts';
import { firstLineOf, UserError } from '../../userError.ts';
import { checkClassCount } from '../classCount.ts';
import type { Batch, Classifier } from '../classifier.ts';
import { assumedClassNames } from '../classNames.ts';
import type { OpenOptions } from '../format.ts';
import { hashFiles } from '../hashFiles.ts';
import { type Interpretation, isDistribution, isSame, logitsOf } from '../interpretation.ts';
import type { Graph } from '../onnx/graph/graph.ts';
import { imageInputOf } from '../onnx/graph/imageInput.ts';
import { scoresAmong } from '../onnx/graph/scores.ts';
import type { OpenedModel } from '../openedModel.ts';
import { noPreprocessing, type Preprocessing, preprocess } from '../preprocessing.ts';
import { probeImages } from '../probeImages.ts';
import type { NoCounterpart } from '../tensorflow/noCounterpart.ts';
import { elementTypeOf } from '../tensorflow/tensorProto.ts';
import { startTensorFlow } from '../tfjs/backend.ts';
import type { NativeSavedModel } from '../tfjs/native/load.ts';
import { type Called, readCalled } from './readSavedModel.ts';

const largestBatch = 16;
/** Images that the model is asked about when it is opened: whether its answers vary, and whether they are probabilities. */
const probeCount = 4;

/**
 * Opens a SavedModel that cannot be written as an ONNX graph: native TensorFlow computes it as it is, and gives scores alone.
 * @param reason why it cannot be written.
 * @throws UserError when native TensorFlow is unavailable, or the model is no image classifier, or answers the same question
 * in different ways.
 */
export async function askSavedModel(file: string, options: OpenOptions, reason: NoCounterpart): Promise<OpenedModel> {
  const { preprocessing = noPreprocessing, classes: given, output, ...stated } = options;
  const tensorflow = await startTensorFlow();
  const { savedModels } = tensorflow;
  if (savedModels === undefined) {
    throw new UserError(
      `${reason.message} Or have native TensorFlow compute the model as it is, without gradients; it is unavailable: ${tensorflow.reason} ${tensorflow.repair}`,
      { cause: reason },
    );
  }
  const called = await readCalled(file, output);
  const input = imagesOf(file, called, stated);
  const scores = scoresAmong(valuesOf(called.outputs), output);
  const model = await savedModels.load(path.dirname(file), called.tags, called.signature).catch((error) => {
    throw new UserError(`${reason.message} Native TensorFlow cannot load it either: ${firstLineOf(error)}`, {
      cause: error,
    });
  });
  try {
    const { shape, batchSize } = input;
    const how = { ...input, output: scores.name.replace(called.prefix, ''), preprocessing };
    const ask = (images: Batch) => {
      const rows: Float32Array[] = [];
      for (let at = 0; at < images.length; at += batchSize)
        rows.push(...rowsOf(file, model, images.slice(at, at + batchSize), how));
      return rows;
    };
    const notes = [`on native TensorFlow, without gradients: ${reason.message.replace(`${file}: `, '')}`];
    const interpretation = interpret(ask, shape, { file, given, notes });
    const classifier: Classifier = {
      input: shape,
      classes: interpretation.classes,
      engine: tensorflow.name,
      obstacle: 'native TensorFlow computes it, since it cannot be written as an ONNX graph',
      batchSize,
      logits: async (images) => ask(images).map((row) => logitsOf(row, interpretation)),
    };
    const files = await filesOf(file);
    const opened = { preprocessing, sha256: await hashFiles(files), files, notes };
    return { ...opened, classifier: { ...classifier, dispose: () => model.dispose() } };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** How a model takes images. */
interface Images {
  readonly name: string;
  readonly shape: ImageShape;
  /** It takes whole gray levels from 0 to 255. */
  readonly inLevels: boolean;
  /** The most that it takes at a time. */
  readonly batchSize: number;
}

function imagesOf(file: string, called: Called, stated: Pick<OpenOptions, 'input' | 'size'>): Images {
  const inputs = valuesOf(called.inputs);
  const graph: Graph = { inputs, outputs: [], nodes: [], constants: new Map() };
  const { value, layout, shape, dims, batch } = imageInputOf(graph, stated);
  const type = value.type ?? 'float32';
  const takesOne = batch === 'any' || batch === 1;
  if (layout !== 'NHWC' || dims !== undefined || !takesOne || (type !== 'float32' && type !== 'uint8')) {
    const list = inputs.map(({ name, type, dims }) => `${name} ${type} [${dims?.join(', ') ?? '?'}]`).join(', ');
    throw new UserError(
      `${file}: the model takes ${list}. What native TensorFlow computes must take one batch of images, channels last, in float32 or uint8.`,
    );
  }
  return { name: value.name, shape, inLevels: type === 'uint8', batchSize: batch === 1 ? 1 : largestBatch };
}

function valuesOf(ports: Called['inputs']): Graph['inputs'] {
  return ports.map(({ name, type, shape }) => ({
    name,
    // Of text as well, and of what ONNX has no numbers for.
    type: elementTypeOf(type ?? 0) ?? 'string',
    ...(shape && { dims: shape.map((size) => size ?? '?') }),
  }));
}

/** What the model says about at most a batch of images, as it gives it. */
function rowsOf(
  file: string,
  model: NativeSavedModel,
  images: Batch,
  how: Images & { readonly output: string; readonly preprocessing: Preprocessing },
): Float32Array[] {
  const { name, shape, inLevels, output, preprocessing } = how;
  const { height, width, channels } = shape;
  const size = height * width * channels;
  const data = new Float32Array(images.length * size);
  // Gray levels have no mean to be subtracted, but an order of channels.
  const seen = inLevels ? { ...noPreprocessing, channels: preprocessing.channels } : preprocessing;
  for (const [i, image] of images.entries()) data.set(preprocess(image, channels, seen), i * size);
  const values = inLevels ? Int32Array.from(data, (value) => Math.round(255 * value)) : data;
  const results = tf.tidy(() => {
    const x = tf.tensor4d(values, [images.length, height, width, channels], inLevels ? 'int32' : 'float32');
    const found = model.predict({ [name]: x })[output];
    return found?.dataSync() ?? [];
  });
  const count = results.length / images.length;
  if (!Number.isInteger(count) || count < 2) {
    throw new UserError(
      `${file}: the model gives ${results.length} numbers for ${images.length} images. Perturb needs a score for each class.`,
    );
  }
  return images.map((_, i) => Float32Array.from(results.slice(i * count, (i + 1) * count)));
}

/** What the first answers are; they must not vary, nor depend on the other images of a batch. */
function interpret(
  ask: (images: Batch) => Float32Array[],
  shape: ImageShape,
  { file, given, notes }: { readonly file: string; readonly given?: readonly string[] | undefined; notes: string[] },
): Interpretation {
  const images = probeImages(shape, probeCount);
  const together = ask(images);
  const count = (together[0] as Float32Array).length;
  checkClassCount(count, given);
  const kind = together.every(isDistribution) ? 'probabilities' : 'logits';
  const interpretation = { kind, classes: given ?? assumedClassNames(count, notes) } as const;
  const alone = images.map((image) => ask([image])[0] as Float32Array);
  if (!together.every((row, i) => isSame(row, alone[i] as Float32Array, interpretation))) {
    throw new UserError(
      `${file}: the model gives different answers about the same image, so no attack on it could be judged: it draws random numbers, or lets images of a batch influence each other.`,
    );
  }
  return interpretation;
}

/** The files of a SavedModel, in the order of their names. */
async function filesOf(file: string): Promise<string[]> {
  const folder = path.dirname(file);
  const lists = ['variables', 'assets'].map(async (name) =>
    (await readdir(path.join(folder, name)).catch(() => [])).sort().map((each) => path.join(folder, name, each)),
  );
  return [file, ...(await Promise.all(lists)).flat()];
}
