import path from 'node:path';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../../data/image.ts';
import { readLabels } from '../../data/readLabels.ts';
import { describeError, UserError } from '../../userError.ts';
import type { OpenOptions } from '../format.ts';
import type { OnnxClassifier } from '../onnx/session/onnxClassifier.ts';
import { type RuntimeOptions, startRuntime } from '../onnx/session/runtime.ts';
import { toClassifier } from '../onnx/session/toClassifier.ts';
import type { OpenedModel } from '../openedModel.ts';
import { noPreprocessing } from '../preprocessing.ts';
import { startTensorFlow } from './backend.ts';
import { type LayersOptions, toLayersClassifier } from './layersClassifier.ts';
import { lowerToOnnx } from './lowering/lowerToOnnx.ts';
import { readLayersModel } from './readLayersModel.ts';

/**
 * Opens a TensorFlow.js layers model: on ONNX Runtime, which is faster, where it can be written as an ONNX graph that can be
 * differentiated, else on TensorFlow.js.
 * @throws UserError when the files are damaged, or the model is no image classifier.
 */
export async function openLayersModel(
  file: string,
  { preprocessing = noPreprocessing, classes: given, runtime, ...computing }: OpenOptions = {},
): Promise<OpenedModel> {
  const tensorflow = await startTensorFlow();
  const { model, sha256, files } = await readLayersModel(file);
  const beside = given ? undefined : await labelsBeside(file, model.outputs[0]?.shape.at(-1) ?? undefined);
  const classes = given ?? beside?.classes;
  const options = { input: imagesOf(model), preprocessing, ...(classes && { classes }) };
  const notes = beside ? [beside.note] : [];
  const opened = { preprocessing, sha256, files: [...files, ...(beside ? [beside.file] : [])], notes };
  if (runtime !== 'tensorflow') {
    const lowered = await onOnnxRuntime(model, options, computing);
    if ('classifier' in lowered) {
      model.dispose();
      return { ...opened, ...lowered };
    }
    notes.push(`on TensorFlow.js: ${lowered.reason}`);
  }
  return { ...opened, classifier: toLayersClassifier(model, options, tensorflow.name) };
}

/** The class names in the `metadata.json` that Teachable Machine writes beside a model, where it is there. */
async function labelsBeside(file: string, count: number | undefined) {
  const metadata = path.join(path.dirname(file), 'metadata.json');
  const classes = await readLabels(metadata).catch(() => undefined);
  if (classes === undefined) return undefined;
  const note =
    classes.length === count
      ? 'class names are those of metadata.json'
      : `metadata.json names ${classes.length} classes, and the model has ${count}: its names are not used`;
  return { file: metadata, note, ...(classes.length === count && { classes }) };
}

function imagesOf(model: tfl.LayersModel): ImageShape {
  const shape = model.inputs[0]?.shape ?? [];
  const [, height, width, channels] = shape;
  if (!height || !width || (channels !== 1 && channels !== 3)) {
    throw new UserError(
      `The model takes [${shape.map((size) => size ?? '?').join(', ')}]. Perturb needs images of a fixed height and width with 1 or 3 channels.`,
    );
  }
  return { height, width, channels };
}

/** The model on ONNX Runtime, or why it is not to run there. */
async function onOnnxRuntime(
  layers: tfl.LayersModel,
  { preprocessing, classes }: LayersOptions,
  computing: RuntimeOptions,
): Promise<{ readonly classifier: OnnxClassifier } | { readonly reason: string }> {
  try {
    const { model, activations } = lowerToOnnx(layers);
    const options = { preprocessing, ...(classes && { classes }) };
    const classifier = await toClassifier(await startRuntime(computing), model, options, activations);
    if (classifier.obstacle === undefined) return { classifier };
    classifier.dispose();
    return { reason: classifier.obstacle };
  } catch (error) {
    // What is wrong with the model itself will show on TensorFlow.js as well.
    return { reason: describeError(error) };
  }
}
