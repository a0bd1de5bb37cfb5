import { UserError } from '../../../userError.ts';
import { checkClassCount } from '../../classCount.ts';
import { assumedClassNames } from '../../classNames.ts';
import { noPreprocessing, type Preprocessing } from '../../preprocessing.ts';
import type { Templates } from '../../verification/templates.ts';
import { endEmbedding } from '../graph/embedding.ts';
import { elementCount, type Model, numbersOf, type Value } from '../graph/graph.ts';
import type { StatedInput } from '../graph/imageInput.ts';
import { type ImageModel, toImageModel } from '../graph/imageModel.ts';
import type { Inspection } from '../graph/inspect.ts';
import { noScoreIn, type Scores } from '../graph/logits.ts';
import { widenBatch } from '../graph/widenBatch.ts';
import type { Activation } from './activation.ts';
import { batchSizesWithin } from './batchSize.ts';
import { type ChosenEnding, chooseEnding } from './chooseEnding.ts';
import { DifferentiableOnnxClassifier } from './differentiableOnnxClassifier.ts';
import { influenceIn } from './independence.ts';
import { obstacleTo } from './obstacle.ts';
import { OnnxClassifier } from './onnxClassifier.ts';
import { refuse } from './refusal.ts';
import type { Runtime } from './session.ts';
import { activationBytes, Sessions, weightBytes } from './sessions.ts';

/** What is known about a model besides its graph. */
export interface ClassifierOptions extends StatedInput {
  readonly preprocessing?: Preprocessing;
  /** Names of the classes; numbers if missing. */
  readonly classes?: readonly string[];
  /** The file's own class names, used if there are as many as classes. */
  readonly namesInFile?: readonly string[];
  /** Name of the output that holds the scores, if there are several. */
  readonly output?: string;
  /** The output is an embedding, to be had as it is, at unit length, or compared with templates. */
  readonly embedding?: 'alone' | Templates;
}

/** More are probably not classes, but pixels, for example. */
const mostClasses = 1_000_000;

/**
 * A graph that gives a score for each class as a classifier on ONNX Runtime; differentiable if its gradient can be
 * derived.
 * @param activations the values that functionals may refer to; if missing, all values that belong to one image.
 * @param notes receives what was found in the model, or decided for it.
 * @throws UserError when the graph cannot run, or is not an image classifier.
 */
export async function toClassifier(
  runtime: Runtime,
  model: Model,
  { preprocessing = noPreprocessing, classes, namesInFile, embedding, ...stated }: ClassifierOptions,
  activations?: ReadonlyMap<string, Activation>,
  notes: string[] = [],
): Promise<OnnxClassifier> {
  const image = toImageModel(model, preprocessing, stated);
  const { input, inLevels } = image;
  const imageDims = [input.height, input.width, input.channels];
  const exported = await firstInspection(runtime, image);
  const wide = image.batch === 1 ? widenBatch(exported.inspection) : undefined;
  const used = wide ?? image.model;
  const { batch, inspection } = wide
    ? { batch: 1, inspection: await inspected(runtime, wide, imageDims, 1) }
    : exported;
  const anyBatch = wide !== undefined || (image.batch === 'any' && batch === 1);
  const scores = embedding ? embeddingIn(inspection, batch) : scoresIn(inspection, batch, classes);
  const chosen = embedding
    ? endingOf(embedding, inspection, used, scores, anyBatch)
    : await chooseEnding(runtime, inspection, { model: used, input, inLevels }, scores, anyBatch);
  if (chosen.ending.note !== undefined) notes.push(chosen.ending.note);
  const ended = { ...used, graph: chosen.ending.graph };
  const sessions = new Sessions(runtime, ended, imageDims, knownOf(inspection, chosen, batch));
  const final = await sessions.inspect(batch);
  const count = typeof embedding === 'object' ? embedding.vectors.length + 1 : Math.max(2, scores.count);
  const footprint = { weights: weightBytes(model), activations: activationBytes(final, batch) };
  const sizes = anyBatch ? batchSizesWithin(runtime.memory, footprint) : [batch];
  const next = sizes.find((size) => size > 1);
  const { weights } = footprint;
  const influence = next && (await influenceIn({ sessions, input, inLevels, classes: count, weights }, next, batch));
  if (influence) notes.push(`images are run one at a time: ${influence}`);
  const obstacle = image.isSmooth ? obstacleTo(final) : 'it computes in integers; export it in float32';
  const Kind = obstacle === undefined ? DifferentiableOnnxClassifier : OnnxClassifier;
  return new Kind(
    {
      sessions,
      input,
      classes: classes ?? namesFor(count, namesInFile, notes),
      engine: runtime.name,
      batchSizes: influence ? [batch] : sizes,
      activations: activations ?? activationsOf(final, batch, pixelValues(image.model, model)),
      logits: chosen.ending.logits,
      inLevels,
      together: !influence,
      concurrency: runtime.isThreaded ? 2 : 1,
    },
    obstacle,
  );
}

/** A model inspected at the smallest batch that it runs at. */
async function firstInspection(
  runtime: Runtime,
  { model, input, batch }: ImageModel,
): Promise<{ readonly batch: number; readonly inspection: Inspection }> {
  const imageDims = [input.height, input.width, input.channels];
  if (batch !== 'any') return { batch, inspection: await inspected(runtime, model, imageDims, batch) };
  const inside = batchesWithin(model);
  const alone = await inspected(runtime, model, imageDims, 1).catch((error: unknown) => ({ error }));
  if (!('error' in alone) && !inside.has(rowsOf(alone))) return { batch: 1, inspection: alone };
  for (const size of inside) {
    const inspection = await inspected(runtime, model, imageDims, size).catch(() => undefined);
    if (inspection !== undefined) return { batch: size, inspection };
  }
  if ('error' in alone) throw alone.error;
  return { batch: 1, inspection: alone };
}

/** How many rows a model gives; 1 if it gives no rows. */
function rowsOf({ model, shapes }: Inspection): number {
  const [output] = model.graph.outputs as [Value];
  const dims = shapes.get(output.name) ?? [];
  return dims.length > 1 ? (dims[0] as number) : 1;
}

/**
 * Batch sizes that may be hard-coded in a model that claims to take any: the first axes of the shapes that it reshapes
 * or expands values to.
 */
function batchesWithin({ graph }: Model): Set<number> {
  const targets = graph.nodes.flatMap(({ operator, inputs }) => {
    const target = operator === 'Reshape' || operator === 'Expand' ? graph.constants.get(inputs[1] ?? '') : undefined;
    return target?.data instanceof Uint8Array && target.dims[0] ? [numbersOf(target)[0] as number] : [];
  });
  return new Set(targets.filter((size) => size > 1 && size <= 256));
}

async function inspected(
  runtime: Runtime,
  model: Model,
  imageDims: readonly number[],
  batch: number,
): Promise<Inspection> {
  return new Sessions(runtime, model, imageDims).inspect(batch).catch(refuse);
}

/** The names in the file if they match the classes, else numbers. */
function namesFor(count: number, inFile: readonly string[] | undefined, notes: string[]): readonly string[] {
  if (inFile?.length === count) {
    notes.push('class names come from the model’s metadata');
    return inFile;
  }
  if (inFile) {
    notes.push(`the model’s metadata name ${inFile.length} classes, but it has ${count}: the names are not used`);
  }
  return assumedClassNames(count, notes);
}

/** How many numbers each image gets, in a row of their own. With one image, there may be no batch axis. */
function rowsIn({ model, shapes }: Inspection, batch: number, wanted: string): Scores {
  const [output] = model.graph.outputs as [Value];
  const dims = shapes.get(output.name) ?? [];
  const count = elementCount(dims) / batch;
  const rest = batch === 1 ? dims : dims.slice(1);
  if (
    (batch > 1 && dims[0] !== batch) ||
    rest.filter((size) => size !== 1).length > 1 ||
    !(count >= 1) ||
    count > mostClasses
  ) {
    throw new UserError(`For a batch of ${batch} the model gives [${dims.join(', ')}]. ${wanted}`);
  }
  return { batch, count, shapes };
}

const wantedEmbedding =
  'To compare images with those in "enrolled", Perturb needs an embedding: one vector of two or more numbers per image.';

/** The size of an embedding. */
function embeddingIn(inspection: Inspection, batch: number): Scores {
  const scores = rowsIn(inspection, batch, wantedEmbedding);
  if (scores.count > 1) return scores;
  throw new UserError(`The model gives one number per image. ${wantedEmbedding}`);
}

/** What an embedding ends in. */
function endingOf(
  embedding: 'alone' | Templates,
  { model }: Inspection,
  used: Model,
  { batch, count: size }: Scores,
  anyBatch: boolean,
): ChosenEnding {
  const opset = model.opsets.get('') ?? 0;
  return {
    ending: endEmbedding(used.graph, embedding, { batch: anyBatch ? 'any' : batch, size, opset }),
    inspected: endEmbedding(model.graph, embedding, { batch, size, opset }),
  };
}

/** How many scores each image gets. */
function scoresIn(inspection: Inspection, batch: number, classes: readonly string[] | undefined): Scores {
  const { model } = inspection;
  const wanted = 'Perturb needs a classifier, with a score for each of its classes.';
  const scores = rowsIn(inspection, batch, wanted);
  const other = noScoreIn(model.graph, scores);
  if (other !== undefined) {
    throw new UserError(
      `The output of the model comes from ${other}, which says how large scores are, but not for which class. Name the output that has a score for each class as "output" of this model in the settings, or export the model with one.`,
    );
  }
  checkClassCount(Math.max(2, scores.count), classes);
  return scores;
}

/** The inspection of the model with its ending, if that added nothing. */
function knownOf(
  { model, shapes }: Inspection,
  { inspected }: ChosenEnding,
  batch: number,
): ReadonlyMap<number, Inspection> {
  const { graph } = inspected;
  const isKnown = graph.nodes.every(({ outputs }) => outputs.every((name) => name === '' || shapes.has(name)));
  return new Map(isKnown ? [[batch, { shapes, model: { ...model, graph } }]] : []);
}

/** The values between pixels and the file's input, which are not in the file. */
function pixelValues(image: Model, { graph }: Model): ReadonlySet<string> {
  const own = new Set([...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  return new Set(image.graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => !own.has(name))));
}

/**
 * Each value that belongs to one image of the batch, by its name in the file. Those with four axes are assumed to be
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
