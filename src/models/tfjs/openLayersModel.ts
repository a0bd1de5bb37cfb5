import type * as tfl from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../../data/image.ts';
import { describeError, UserError } from '../../userError.ts';
import type { DifferentiableClassifier } from '../classifier.ts';
import { layoutOf, shapeIn, squareSide } from '../inputShape.ts';
import type { OnnxClassifier } from '../onnx/session/onnxClassifier.ts';
import { startRuntime } from '../onnx/session/runtime.ts';
import { toClassifier } from '../onnx/session/toClassifier.ts';
import type { OpenedModel } from '../openedModel.ts';
import { noPreprocessing, type Preprocessing } from '../preprocessing.ts';
import { startTensorFlow } from './backend.ts';
import { hasRightGradient } from './checkGradient.ts';
import { type LayersOptions, toLayersClassifier } from './layersClassifier.ts';
import { lowerToOnnx } from './lowering/lowerToOnnx.ts';
import { readLayersModel } from './readLayersModel.ts';

/** What settings say of a model beside its path. */
export interface OpenOptions {
  readonly preprocessing?: Preprocessing;
  readonly classes?: readonly string[];
  /** Shape of one image in the order of the model's axes, for a model that leaves it open. */
  readonly input?: readonly number[];
  /** "tensorflow" keeps the model on TensorFlow.js; PERTURB_RUNTIME decides where it is missing. */
  readonly runtime?: string;
}

/**
 * Opens a TensorFlow.js layers model: on ONNX Runtime, which is faster, where it can be written as an ONNX graph that can be
 * differentiated, else on TensorFlow.js.
 * @throws UserError when the files are damaged, or the model is no image classifier.
 */
export async function openLayersModel(
  file: string,
  { preprocessing = noPreprocessing, classes, input, runtime = process.env.PERTURB_RUNTIME }: OpenOptions = {},
): Promise<OpenedModel> {
  const tensorflow = await startTensorFlow();
  const { model, sha256, files } = await readLayersModel(file, input);
  const options = { input: imagesOf(model, input), preprocessing, ...(classes && { classes }) };
  const notes: string[] = [];
  const opened = { preprocessing, sha256, files, notes };
  if (runtime !== 'tensorflow') {
    const lowered = await onOnnxRuntime(model, { ...options, ...(input && { stated: input }) }, notes);
    if ('classifier' in lowered) {
      model.dispose();
      return { ...opened, ...lowered };
    }
    notes.push(`on TensorFlow.js: ${lowered.reason}`);
  }
  const classifier = toLayersClassifier(model, options, tensorflow.name, notes);
  // What cannot be differentiated at all says so when it is asked to.
  const isRight = await hasRightGradient(classifier).catch(() => true);
  return { ...opened, classifier: isRight ? classifier : withoutGradient(classifier) };
}

/** A classifier that can be asked, and no longer differentiated. */
function withoutGradient(classifier: DifferentiableClassifier & { dispose(): void }): OpenedModel['classifier'] {
  const { input, classes, engine, batchSize } = classifier;
  return {
    ...{ input, classes, engine, batchSize },
    obstacle: 'the gradient that TensorFlow.js computes is not that of its answers; convert the model to ONNX',
    logits: (images) => classifier.logits(images),
    dispose: () => classifier.dispose(),
  };
}

/** The images that a model takes: with channels last, gray without channels, or as all their numbers in a row. */
function imagesOf(model: tfl.LayersModel, stated: readonly number[] | undefined): ImageShape {
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
    `The model takes [${shape.map((size) => size ?? '?').join(', ')}]. Perturb needs images of a fixed height and width with 1 or 3 channels, the channels last. What the file leaves open, state as "input" of this model in the settings, such as [224, 224, 3].`,
  );
}

/** The model on ONNX Runtime, or why it is not to run there. */
async function onOnnxRuntime(
  layers: tfl.LayersModel,
  { preprocessing, classes, stated }: LayersOptions & { readonly stated?: readonly number[] },
  notes: string[],
): Promise<{ readonly classifier: OnnxClassifier } | { readonly reason: string }> {
  try {
    const { model, activations } = lowerToOnnx(layers);
    const options = { preprocessing, ...(classes && { classes }), ...(stated && { input: stated }) };
    const found: string[] = [];
    const classifier = await toClassifier(await startRuntime(), model, options, activations, found);
    if (classifier.obstacle === undefined) {
      notes.push(...found);
      return { classifier };
    }
    classifier.dispose();
    return { reason: classifier.obstacle };
  } catch (error) {
    // What is wrong with the model itself will show on TensorFlow.js as well.
    return { reason: describeError(error) };
  }
}
