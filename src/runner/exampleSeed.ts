import { createHash } from 'node:crypto';

/** A seed of the example's own, whatever else is in the run. @param sha256 of the image. */
export function exampleSeed(seed: number, sha256: string): number {
  return createHash('sha256').update(`${seed} ${sha256}`).digest().readInt32LE();
}
