/** The batch sizes to try. */
const candidates = [1, 4, 16, 64];
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

/** The batch sizes to keep sessions for: of a network that is worth large batches, also those for the last few images. */
export function sizesToKeep(sizes: readonly number[], best: number): number[] {
  return sizes.filter((size, i) => i === 0 || size === best || (best > largestOfAny && size < best));
}

/** The batch size for so many images: a few are faster in smaller batches than in a mostly empty one. */
export function batchFor(count: number, kept: readonly number[]): number {
  return kept.findLast((size) => size < 4 * count) ?? (kept[0] as number);
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
 * The batch size at which an image takes the least time. A size that changes the answer to an image, even in the last
 * bit, is ruled out: results must depend neither on neighbors nor on timing. So is a size at which the model does not
 * run.
 * @param attempt runs a batch of this many different images, and each of them alone.
 */
export async function chooseBatchSize(
  sizes: readonly number[],
  attempt: (batch: number) => Promise<Trial>,
): Promise<number> {
  const [smallest = 1, ...larger] = sizes;
  if (larger.length === 0) return smallest;
  const alone = await attempt(smallest);
  let best = { batch: smallest, time: alone.time / smallest };
  for (const batch of larger) {
    if (best.time > busy) break;
    const trial = await attempt(batch).catch(() => undefined);
    if (trial === undefined || !isSameForAll(trial)) break;
    const { time } = trial;
    if (time / batch <= worthwhile * best.time) best = { batch, time: time / batch };
  }
  return best.batch;
}

function isSameForAll({ answers, alone }: Trial): boolean {
  return answers.length === alone.length && answers.every((answer, i) => isSame(answer, alone[i]));
}

function isSame(answer: Float32Array, other: Float32Array | undefined): boolean {
  return answer.length === other?.length && answer.every((value, index) => Object.is(value, other?.[index]));
}
