import { totalmem } from 'node:os';
import { UserError } from '../../../userError.ts';

/** The batch sizes that are tried: beyond them engines get no faster. */
const candidates = [1, 4, 16];
/** How much less time an image must take in a larger batch, for the larger one to be worth its memory. */
const worthwhile = 0.9;
/** An image that takes longer, in milliseconds, keeps all cores busy by itself. */
export const busy = 50;
/** While a gradient is computed, values of the forward pass, of the backward pass and scratch space are held. */
const copies = 3;

/** Bytes that a model's work may take where nobody says otherwise: a quarter of the machine's memory. */
export function defaultBudget(): number {
  return totalmem() / 4;
}

/** A model that needs more memory than it may use. No other engine is taken in its place: a limit changes no results. */
export class TooLittleMemory extends UserError {
  /** @param what needs so many bytes, as the start of a sentence; @param budget bytes that there may be. */
  constructor(what: string, bytes: number, budget: number) {
    super(
      `${what} ${inGigabytes(bytes)}, more than the ${inGigabytes(budget)} that Perturb may use. If there is more memory, raise perturb.engine.memory (or PERTURB_MEMORY, in bytes).`,
    );
  }
}

/** A number of bytes with two digits, in gigabytes, or in megabytes where it is less than one. */
export function inGigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Number((bytes / 1e6).toPrecision(2))} MB`;
}

/** What the memory of a batch is estimated from, in bytes. */
export interface Footprint {
  readonly weights: number;
  /** Of one image. */
  readonly activations: number;
}

/** The batch sizes that a budget has room for, the smallest first; 1 always is. */
export function batchSizesWithin(budget: number, { weights, activations }: Footprint): number[] {
  return candidates.filter((batch) => batch === 1 || copies * (weights + batch * activations) <= budget);
}

/** What a batch comes to, as far as the choice of its size goes. */
export interface Trial {
  /** Milliseconds that the batch took. */
  readonly time: number;
  /** All that was answered to each image of the batch. */
  readonly answers: readonly Float32Array[];
  /** What is answered to each of them alone. */
  readonly alone: readonly Float32Array[];
}

/**
 * The batch size at which an image takes the least time. A size at which an image is answered otherwise than alone, be it
 * in the last bit, is not taken: results must depend neither on neighbors nor on the clock. Nor is one at which the model
 * does not run.
 * @param attempt runs a batch of so many different images, and each of them alone.
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
