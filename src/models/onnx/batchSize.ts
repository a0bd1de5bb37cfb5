import { totalmem } from 'node:os';

/** The batch sizes that are tried: beyond them engines get no faster. */
const candidates = [1, 4, 16];
/** How much less time an image must take in a larger batch, for the larger one to be worth its memory. */
const worthwhile = 0.9;
/** While a gradient is computed, values of the forward pass, of the backward pass and scratch space are held. */
const copies = 3;

/** Bytes that a model's work may take: PERTURB_MEMORY, or a quarter of the machine's memory. */
export function memoryBudget(): number {
  return Number(process.env.PERTURB_MEMORY) || totalmem() / 4;
}

/** What the memory of a batch is estimated from, in bytes. */
export interface Footprint {
  readonly weights: number;
  /** Of one image. */
  readonly activations: number;
}

/**
 * The batch size at which an image takes the least time, among those that the budget has room for. Larger ones are tried
 * only while they pay, so that a model which is slow, and gains nothing, is not run more than it must.
 * @param timePerImage runs a batch of a size and says what each image took.
 */
export async function chooseBatchSize(
  { weights, activations }: Footprint,
  budget: number,
  timePerImage: (batch: number) => Promise<number>,
): Promise<number> {
  const fits = (batch: number) => copies * (weights + batch * activations) <= budget;
  let best = { batch: 1, time: Number.POSITIVE_INFINITY };
  for (const batch of candidates) {
    if (batch > 1 && !fits(batch)) break;
    // There is nothing to choose.
    if (batch === 1 && !fits(candidates[1] as number)) break;
    const time = await timePerImage(batch);
    if (time > worthwhile * best.time) break;
    best = { batch, time };
  }
  return best.batch;
}
