/** The batch sizes to try. */
const candidates = [1, 4, 16, 32, 64];
/** Beyond this size only what stays in a processor's cache gets faster, where starting each operator is most of the work. */
const largestOfAny = 16;
/** Bytes of activations that stay in a cache. */
const cache = 2 ** 20;
/** How much less time an image must take in a larger batch for it to be worth its memory. */
const worthwhile = 0.9;
/** An image that takes longer, in milliseconds, already keeps all cores busy. */
export const busy = 50;
/** A gradient needs memory for the forward pass, the backward pass, and scratch space. */
const copies = 3;

/** The basis for estimating the memory of a batch, in bytes. */
export interface Footprint {
  readonly weights: number;
  /** Of one image. */
  readonly activations: number;
}

/** The batch sizes that are worth trying within a budget, the smallest first; 1 always is. */
export function batchSizesWithin(budget: number, { weights, activations }: Footprint): number[] {
  return candidates.filter((batch) => {
    const isWorthwhile = batch <= largestOfAny || batch * activations <= cache;
    return batch === 1 || (isWorthwhile && copies * (weights + batch * activations) <= budget);
  });
}

/** A batch size, and how many milliseconds a batch of it takes, however many images it is filled with. */
export interface TimedBatch {
  readonly batch: number;
  readonly time: number;
}

/** The batch size at which each of so many images takes the least time: a few may be faster in several small batches. */
export function batchFor(count: number, kept: readonly TimedBatch[]): number {
  const timeOfImage = ({ batch, time }: TimedBatch) => time / Math.min(batch, count);
  return kept.reduce((best, other) => (timeOfImage(other) <= timeOfImage(best) ? other : best)).batch;
}

/** The result of a batch, for choosing the batch size. */
export interface Trial {
  /** Milliseconds that the batch took. */
  readonly time: number;
  /** The answers to each image of the batch. */
  readonly answers: readonly Float32Array[];
  /** The answers to each of them alone. */
  readonly alone: readonly Float32Array[];
}

/**
 * The batch sizes to keep sessions for, the smallest first: the smallest of all, the one at which an image takes the least
 * time, and of a network that is worth large batches also those between, for the last few images. A size that changes the
 * answer to an image, even in the last bit, is ruled out: results must depend neither on neighbors nor on timing. So is a
 * size at which the model does not run.
 * @param attempt runs a batch of this many different images, and each of them alone.
 */
export async function chooseBatchSizes(
  sizes: readonly number[],
  attempt: (batch: number) => Promise<Trial>,
): Promise<readonly TimedBatch[]> {
  const [smallest = 1, ...larger] = sizes;
  if (larger.length === 0) return [{ batch: smallest, time: 0 }];
  const first = { batch: smallest, time: (await attempt(smallest)).time };
  const tried = [first];
  let best = first;
  for (const batch of larger) {
    if (timePerImage(best) > busy) break;
    const trial = await attempt(batch).catch(() => undefined);
    if (trial === undefined || !isSameForAll(trial)) break;
    const found = { batch, time: trial.time };
    tried.push(found);
    if (timePerImage(found) <= worthwhile * timePerImage(best)) best = found;
  }
  const keepsThoseBetween = best.batch > largestOfAny;
  return tried.filter((one) => one === first || one === best || (keepsThoseBetween && one.batch < best.batch));
}

function timePerImage({ batch, time }: TimedBatch): number {
  return time / batch;
}

function isSameForAll({ answers, alone }: Trial): boolean {
  return answers.length === alone.length && answers.every((answer, i) => isSame(answer, alone[i]));
}

function isSame(answer: Float32Array, other: Float32Array | undefined): boolean {
  return answer.length === other?.length && answer.every((value, index) => Object.is(value, other?.[index]));
}
