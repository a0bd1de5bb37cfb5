import { UserError } from '../../../userError.ts';
import type { Batch } from '../../classifier.ts';
import { argmax } from '../../functional.ts';
import { probeImages } from '../../probeImages.ts';
import type { Model, Value } from '../graph/graph.ts';
import type { ImageModel } from '../graph/imageModel.ts';
import type { Inspection } from '../graph/inspect.ts';
import {
  asItIs,
  type Ending,
  endsInLogarithm,
  forTwoClasses,
  type Scores,
  withLogarithm,
  withoutEnd,
  wrongAxis,
} from '../graph/logits.ts';
import { imageTensor } from './imageTensor.ts';
import { refuse } from './refusal.ts';
import type { Runtime } from './session.ts';

/** Number of images on which the order of classes is compared. */
const probes = 6;
/** By what fraction of the largest score two scores may differ and count as equal. */
const tolerance = 1e-4;

/** An ending of a model, and of the same model as inspected at one batch. */
export interface ChosenEnding {
  readonly ending: Ending;
  readonly inspected: Ending;
}

/**
 * Finds how a model's scores become logits: without the softmax at its end, as logarithms of probabilities, or as they
 * are. Each way is tried on images, one at a time, and used only if it orders the classes as the file's own scores do.
 * @param inspection of the model at the batch of `scores`.
 * @param model the same model for any batch.
 * @param anyBatch whether there will be runs of other sizes.
 * @throws UserError when the file's scores do not determine the class of an image.
 */
export async function chooseEnding(
  runtime: Runtime,
  inspection: Inspection,
  { model, input, inLevels }: Pick<ImageModel, 'model' | 'input' | 'inLevels'>,
  scores: Scores,
  anyBatch: boolean,
): Promise<ChosenEnding> {
  const opset = model.opsets.get('') ?? 0;
  const images = probeImages(input, probes);
  /** The outputs of a graph for each image, one at a time. */
  const rowsOf = async (graph: Model['graph'], count: number) => {
    const rows: Float32Array[][] = graph.outputs.map(() => []);
    const session = await runtime.open({ ...inspected, graph }, { optimize: false }).catch(refuse);
    try {
      const [{ name: feed }] = graph.inputs as [Value];
      const names = graph.outputs.map(({ name }) => name);
      for (const image of images.slice(0, count)) {
        const tensor = imageTensor([image], input, scores.batch, inLevels);
        const results = await session.run({ [feed]: tensor }, names).catch(refuse);
        for (const [k, name] of names.entries()) rows[k]?.push(rowOf(results[name]?.data, scores.count));
      }
    } finally {
      await session.close();
    }
    return rows;
  };
  const inspected = inspection.model;
  const axis = wrongAxis(inspected.graph, scores);
  const logarithms = (['structural', 'plain'] as const).map(
    (how) => (graph: Model['graph']) => withLogarithm(graph, scores, how, opset),
  );
  const isLog = endsInLogarithm(inspected.graph);
  /** The file's own scores of some images. */
  let own: Float32Array[] | undefined;
  for (const [index, ending] of [(graph: Model['graph']) => withoutEnd(graph, scores), ...logarithms].entries()) {
    if (index > 0 && !(isLog && index === 1)) {
      if (hasNegative(inspection.output?.data)) break;
      own ??= (await rowsOf(inspected.graph, 1))[0] ?? [];
      if (own.some((row) => row.some((value) => value < 0))) break;
    }
    const [tried, found] = [ending(inspected.graph), ending(model.graph)];
    if (tried === undefined || found === undefined) continue;
    const [scored, rows] = await rowsOf(tried.trial, probes).catch(() => []);
    own = scored ?? own;
    if (scored === undefined || rows === undefined) continue;
    if (axis !== undefined) refuseConstant(scored, axis);
    // Anything computed only from softmaxes and sigmoids is positive, whether it sums to 1 or not.
    const isKnown = index === 0 || tried.isMadeOfProbabilities === true || isLog;
    if (!isKnown && !areProbabilities(scored)) break;
    if (rows.every((row, i) => sameOrder(scored[i] as Float32Array, row, index === 0))) {
      if (index === 0 && tried.note !== undefined) refuseSaturated(scored, rows);
      return complete(found, tried);
    }
  }
  if (scores.count === 1) {
    if ((own?.length ?? 0) < probes) own = (await rowsOf(inspected.graph, probes))[0] ?? [];
    const [first, ...others] = own ?? [];
    const isBetween = own?.every(([value = 0]) => value >= 0 && value <= 1);
    if (isBetween && others.some(([value]) => value !== first?.[0])) {
      throw new UserError(
        'The model gives one number between 0 and 1 per image, which may be a logit or a probability. Export it so that it ends in a logit, a Sigmoid, or one score for each class.',
      );
    }
  }
  return complete(asItIs(model.graph), asItIs(inspected.graph));

  function complete(ending: Ending, inspected: Ending): ChosenEnding {
    if (scores.count > 1) return { ending, inspected };
    const batch = anyBatch ? 'any' : scores.batch;
    return { ending: forTwoClasses(ending, batch, opset), inspected: forTwoClasses(inspected, scores.batch, opset) };
  }
}

function hasNegative(data: ArrayBufferView | undefined): boolean {
  return data instanceof Float32Array && data.some((value) => value < 0);
}

/** The first image's part of an output. */
function rowOf(data: ArrayBufferView | undefined, count: number): Float32Array {
  return Float32Array.from((data ?? new Float32Array()) as Float32Array).slice(0, count);
}

function refuseConstant(rows: Batch, axis: number): void {
  if (rows.every((row) => row.every((value) => value === row[0]))) {
    throw new UserError(
      `The model ends in a softmax over axis ${axis}, which is not the class axis: a single image gets the same score for every class. Export it with a softmax over the classes, or without one.`,
    );
  }
}

/** Where what is left out at the end saturates on every image, the file's own answer is not that of its logits. */
function refuseSaturated(scores: Batch, logits: Batch): void {
  if (!scores.every(isTied) || logits.every(isTied)) return;
  throw new UserError(
    'The function at the end of the model saturates: on every image that was tried, several classes share the highest score, so that scores do not tell the class. Export the model without that function, or check its weights and preprocessing.',
  );
}

/** Whether several classes share the highest score, or some score is no finite number. */
function isTied(row: Float32Array): boolean {
  if (!row.every(Number.isFinite)) return true;
  const highest = row[argmax(row)];
  return row.filter((value) => value === highest).length > 1;
}

/**
 * True for rows of nonnegative numbers that always have the same sum; for single numbers, if they are between 0 and 1.
 */
function areProbabilities(rows: Batch): boolean {
  const finite = rows.filter((row) => row.every(Number.isFinite));
  const sums = finite.map((row) => row.reduce((a, b) => a + b, 0));
  const [sum = 0] = sums;
  return (
    sum > 0 &&
    finite.every((row) => row.every((value) => value >= -tolerance * sum)) &&
    (finite[0]?.length === 1
      ? sums.every((each) => each <= 1)
      : sums.every((each) => Math.abs(each - sum) <= tolerance * sum))
  );
}

/**
 * Whether logits order classes as the scores do. Scores that are equal, or nearly so, may be in any order.
 * @param grows true if the only score of an image increases with the logit.
 */
function sameOrder(scores: Float32Array, logits: Float32Array, grows: boolean): boolean {
  if (!scores.every(Number.isFinite)) return true;
  if (!logits.every(Number.isFinite)) return false;
  if (scores.length === 1) {
    const [score = 0, logit = 0] = [scores[0], logits[0]];
    return grows || Math.abs(score - 0.5) < tolerance || score > 0.5 === logit > 0;
  }
  const largest = Math.abs(scores[argmax(scores.map(Math.abs))] as number);
  const ranked = Array.from(logits.keys()).sort((a, b) => (logits[b] as number) - (logits[a] as number));
  return ranked.every((index, rank) => {
    const next = ranked[rank + 1];
    return next === undefined || (scores[index] as number) >= (scores[next] as number) - tolerance * largest;
  });
}
