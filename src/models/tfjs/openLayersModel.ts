import path from 'node:path';
import { LayersModel, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../../data/image.ts';
import { TooLittleMemory } from '../../data/memory.ts';
import { readLabels } from '../../data/readLabels.ts';
import { firstLineOf, UserError } from '../../userError.ts';
import type { DifferentiableClassifier } from '../classifier.ts';
import type { OpenOptions } from '../format.ts';
import { layoutOf, shapeIn, squareSide } from '../inputShape.ts';
import type { Model } from '../onnx/graph/graph.ts';
import { scoresAmong } from '../onnx/graph/scores.ts';
import type { OnnxClassifier } from '../onnx/session/onnxClassifier.ts';
import { startRuntime } from '../onnx/session/runtime.ts';
import type { RuntimeOptions } from '../onnx/session/session.ts';
import { toClassifier } from '../onnx/session/toClassifier.ts';
import type { OpenedModel } from '../openedModel.ts';
import { noPreprocessing } from '../preprocessing.ts';
import { startTensorFlow } from './backend.ts';
import { hasRightGradient } from './checkGradient.ts';
import { differencesFromKeras } from './differences.ts';
import { type LayersOptions, toLayersClassifier } from './layersClassifier.ts';
import { lowerToOnnx } from './lowering/lowerToOnnx.ts';
import { wholeGraph } from './lowering/wholeGraph.ts';
import { OnnxLayer } from './onnxLayers/onnxLayer.ts';
import { type LayersModelFile, readLayersModel } from './readLayersModel.ts';

/**
 * Opens a TensorFlow.js layers model: on ONNX Runtime, which is faster, where it can be written as an ONNX graph that can be
 * differentiated, else on TensorFlow.js.
 * @throws UserError when the files are damaged, or the model is not an image classifier.
 */
export async function openLayersModel(file: string, options: OpenOptions = {}): Promise<OpenedModel> {
  const tensorflow = await startTensorFlow();
  return openLayers(await readLayersModel(file, options.input), tensorflow, options);
}

/**
 * A TensorFlow.js layers model as an ONNX graph, whole.
 * @throws UserError when the files are damaged, or a layer has no counterpart in ONNX.
 */
export async function lowerLayersModel(file: string, input?: readonly number[]): Promise<Model> {
  await startTensorFlow();
  return wholeGraph(file, (await readLayersModel(file, input)).model);
}

/**
 * Opens a layers model that has been read.
 * @throws UserError when it is not an image classifier.
 */
export async function openLayers(
  { model: whole, sha256, files }: LayersModelFile,
  tensorflow: Awaited<ReturnType<typeof startTensorFlow>>,
  { preprocessing = noPreprocessing, classes: given, input, output, embedding, runtime, ...computing }: OpenOptions,
): Promise<OpenedModel> {
  const model = withOneOutput(whole, output);
  const [file = ''] = files;
  const beside = given || embedding ? undefined : await labelsBeside(file, model.outputs[0]?.shape.at(-1) ?? undefined);
  const classes = given ?? beside?.classes;
  const options = { input: imagesOf(model, input), preprocessing, ...(classes && { classes }) };
  const notes = [...(beside ? [beside.note] : []), ...differencesFromKeras(model)];
  const opened = { preprocessing, sha256, files: [...files, ...(beside ? [beside.file] : [])], notes };
  // What compares embeddings is part of an ONNX graph.
  if (runtime !== 'tensorflow' || embedding) {
    const stated = { ...(input && { stated: input }), ...(embedding && { embedding }) };
    const lowered = await onOnnxRuntime(model, { ...options, ...stated }, computing, notes);
    if ('classifier' in lowered) {
      model.dispose();
      return { ...opened, ...lowered };
    }
    const need = embedding
      ? 'Embeddings are compared'
      : hasOnnxLayer(model)
        ? 'Some of its layers are computed'
        : undefined;
    if (need !== undefined) {
      model.dispose();
      throw new UserError(`${need} on ONNX Runtime, where this model does not run: ${lowered.reason}`);
    }
    notes.push(`on TensorFlow.js: ${lowered.reason}`);
  }
  const classifier = toLayersClassifier(model, options, tensorflow.name, notes);
  const isRight = await hasRightGradient(classifier).catch(firstLineOf);
  if (isRight === true) return { ...opened, classifier };
  const obstacle = isRight || 'TensorFlow.js computes a wrong gradient for this model; convert it to ONNX';
  return { ...opened, classifier: withoutGradient(classifier, obstacle) };
}

/** Whether it has a layer that TensorFlow.js cannot compute. */
function hasOnnxLayer({ layers }: LayersModel): boolean {
  return layers.some((layer) => layer instanceof OnnxLayer || (layer instanceof LayersModel && hasOnnxLayer(layer)));
}

/** The model with the output alone that holds its scores. Outputs have the names of their layers. */
function withOneOutput(model: LayersModel, wanted: string | undefined): LayersModel {
  const { inputs, outputs, name } = model;
  const values = outputs.map(({ shape, sourceLayer }) => ({
    name: sourceLayer.name,
    type: 'float32' as const,
    dims: shape.map((size) => size ?? '?'),
  }));
  const scores = scoresAmong(values, wanted);
  const chosen = outputs[values.findIndex((value) => value.name === scores.name)] as SymbolicTensor;
  return outputs.length === 1 ? model : layersModel({ inputs, outputs: chosen, name });
}

/** The class names in the `metadata.json` that Teachable Machine writes next to a model, if present. */
async function labelsBeside(file: string, count: number | undefined) {
  const metadata = path.join(path.dirname(file), 'metadata.json');
  const classes = await readLabels(metadata).catch(() => undefined);
  if (classes === undefined) return undefined;
  const note =
    classes.length === count
      ? 'class names come from metadata.json'
      : `metadata.json names ${classes.length} classes, but the model has ${count}: its names are not used`;
  return { file: metadata, note, ...(classes.length === count && { classes }) };
}

/** A classifier that can be asked, and no longer differentiated. */
function withoutGradient(
  classifier: DifferentiableClassifier & { dispose(): void },
  obstacle: string,
): OpenedModel['classifier'] {
  const { input, classes, engine, batchSize } = classifier;
  return {
    ...{ input, classes, engine, batchSize },
    obstacle,
    logits: (images) => classifier.logits(images),
    dispose: () => classifier.dispose(),
  };
}

/** The images that a model takes: with channels last, gray without channels, or as all their numbers in a row. */
function imagesOf(model: LayersModel, stated: readonly number[] | undefined): ImageShape {
  const shape = model.inputs[0]?.shape ?? [];
  const [first, width, channels = 1] = shape.slice(1);
  if (first && width && (channels === 1 || channels === 3) && shape.length <= 4)
    return { height: first, width, channels };
  if (first && shape.length === 2) {
    const side = squareSide(first);
    if (stated && layoutOf(stated) === 'NHWC' && stated.reduce((a, b) => a * b, 1) === first) return shapeIn(stated);
    if (side !== undefined) return { height: side, width: side, channels: 1 };
  }
  throw new UserError(
    `The model takes [${shape.map((size) => size ?? '?').join(', ')}]. Perturb needs images of a fixed height and width with 1 or 3 channels, the channels last. If the file leaves the shape open, state it as "input" of this model in the settings, such as [224, 224, 3].`,
  );
}

/** The model on ONNX Runtime, or why it is not to run there. */
async function onOnnxRuntime(
  layers: LayersModel,
  {
    preprocessing,
    classes,
    stated,
    embedding,
  }: LayersOptions & Pick<OpenOptions, 'embedding'> & { readonly stated?: readonly number[] },
  computing: RuntimeOptions,
  notes: string[],
): Promise<{ readonly classifier: OnnxClassifier } | { readonly reason: string }> {
  try {
    const { model, activations } = lowerToOnnx(layers, embedding ? 'whole' : 'kept');
    const options = {
      preprocessing,
      ...(classes && { classes }),
      ...(stated && { input: stated }),
      ...(embedding && { embedding }),
    };
    const found: string[] = [];
    const classifier = await toClassifier(await startRuntime(computing), model, options, activations, found);
    if (classifier.obstacle === undefined) {
      notes.push(...found);
      return { classifier };
    }
    classifier.dispose();
    return { reason: classifier.obstacle };
  } catch (error) {
    if (error instanceof TooLittleMemory) throw error;
    // What is wrong with the model itself will show on TensorFlow.js as well.
    return { reason: firstLineOf(error) };
  }
}
