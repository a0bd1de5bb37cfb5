import { UserError } from '../../../userError.ts';
import { checkClassCount } from '../../classCount.ts';
import { noPreprocessing, type Preprocessing } from '../../preprocessing.ts';
import { UnderivableGradient } from '../gradient/derive.ts';
import { gradientModel } from '../gradient/gradientModel.ts';
import { elementCount, type Model, type Value } from '../graph/graph.ts';
import { toImageModel } from '../graph/imageModel.ts';
import type { Inspection } from '../graph/inspect.ts';
import { oldestOpset } from '../graph/upgrade.ts';
import { widenBatch } from '../graph/widenBatch.ts';
import { batchSizesWithin } from './batchSize.ts';
import { type Activation, DifferentiableOnnxClassifier, OnnxClassifier } from './onnxClassifier.ts';
import type { Runtime } from './runtime.ts';
import { activationBytes, Sessions, weightBytes } from './sessions.ts';

/** What is known of a model beside its graph. */
export interface ClassifierOptions {
  readonly preprocessing?: Preprocessing;
  /** Names of the classes; numbers where it is missing. */
  readonly classes?: readonly string[];
  /** Side of the images, for a model that takes any. */
  readonly size?: number;
}

/** More are no classes, but pixels or the like. */
const mostClasses = 1_000_000;

/**
 * A graph that gives logits as a classifier on ONNX Runtime; differentiable where its gradient can be derived.
 * @param activations the values that functionals may weigh; all that one image has where it is missing.
 * @throws UserError when the graph cannot be run, or is no image classifier.
 */
export async function toClassifier(
  runtime: Runtime,
  model: Model,
  { preprocessing = noPreprocessing, classes, size }: ClassifierOptions,
  activations?: ReadonlyMap<string, Activation>,
): Promise<OnnxClassifier> {
  const image = toImageModel(model, preprocessing, size);
  const { input } = image;
  const imageDims = [input.height, input.width, input.channels];
  const smallest = image.batch === 'any' ? 1 : image.batch;
  const asExported = new Sessions(runtime, image.model, imageDims);
  const exported = await inspected(asExported, smallest);
  const wide = image.batch === 1 ? widenBatch(exported) : undefined;
  const sessions = wide ? new Sessions(runtime, wide, imageDims) : asExported;
  const inspection = wide ? await inspected(sessions, 1) : exported;
  const anyBatch = image.batch === 'any' || wide !== undefined;
  const count = countClasses(inspection, smallest, classes);
  const obstacle = obstacleTo(inspection);
  const Kind = obstacle === undefined ? DifferentiableOnnxClassifier : OnnxClassifier;
  const footprint = { weights: weightBytes(model), activations: activationBytes(inspection, smallest) };
  return new Kind(
    {
      sessions,
      input,
      classes: classes ?? Array.from({ length: count }, (_, index) => String(index)),
      engine: runtime.name,
      batchSizes: anyBatch ? batchSizesWithin(runtime.memory, footprint) : [smallest],
      activations: activations ?? activationsOf(inspection, smallest, pixelValues(image.model, model)),
      logits: (inspection.model.graph.outputs[0] as Value).name,
    },
    obstacle,
  );
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
  if (
    dims[0] !== batch ||
    dims.slice(2).some((size) => size !== 1) ||
    dims.length < 2 ||
    count < 2 ||
    count > mostClasses
  ) {
    throw new UserError(
      `For a batch of ${batch} the model gives [${dims.join(', ')}]. Perturb needs a classifier, with a score for each of two or more classes.`,
    );
  }
  checkClassCount(count, classes);
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

/** The values between pixels and the input of the file, which are none of the file's. */
function pixelValues(image: Model, { graph }: Model): ReadonlySet<string> {
  const own = new Set([...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  return new Set(image.graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => !own.has(name))));
}

/**
 * Every value that belongs to one image of the batch, by its name in the file. Those of four axes are taken to be
 * [batch, channels, height, width], the order of ONNX's operators.
 */
function activationsOf(
  { model, shapes }: Inspection,
  batch: number,
  except: ReadonlySet<string>,
): Map<string, Activation> {
  const names = model.graph.nodes
    .flatMap(({ outputs }) => outputs)
    .filter((name) => shapes.get(name)?.[0] === batch && !except.has(name));
  return new Map(names.map((value) => [value, { value, channelsFirst: shapes.get(value)?.length === 4 }]));
}
