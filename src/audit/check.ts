import type { Trial } from './trial.ts';

/** A published sign that a result flatters the model, and how it is looked for. */
export interface Check {
  /** Names the page `media/audit/<id>.md`. */
  readonly id: string;
  /** One sentence with the figures where the sign is there. */
  examine(trial: Trial): Promise<string | undefined>;
}

/**
 * True when a difference concerns enough of the images that were looked at: more than one of them, and more than a tenth.
 * Fewer are what two attacks of the same strength differ by.
 */
export function isTelling(count: number, of: number): boolean {
  return count > Math.max(1, of / 10);
}
