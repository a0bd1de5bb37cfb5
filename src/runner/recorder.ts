import type { Pixels } from '../data/image.ts';

/** One point that an attack went through. */
export interface Step {
  readonly point: Pixels;
  readonly logits: Float32Array;
  /** Number of the point among all that the attack came up with, or its place on the axis of an explanation. */
  readonly at: number;
}

/** More steps than this nobody looks at one by one. */
const most = 64;

/** Keeps the way of an attack: all of its points while they are few, then evenly spaced ones. */
export class Recorder {
  readonly #steps = new Map<number, Step>();
  #stride = 1;

  /** @param order number of the point in the attack; points may come in any order */
  add(order: number, point: Pixels, logits: Float32Array, at = order): void {
    // What the runner makes of a point that is already here, such as its place on the grid, is no step of the attack.
    if (order % this.#stride !== 0 || this.#steps.has(order)) return;
    this.#steps.set(order, { point: point.slice(), logits, at });
    while (this.#steps.size > most) {
      this.#stride *= 2;
      for (const known of this.#steps.keys()) if (known % this.#stride !== 0) this.#steps.delete(known);
    }
  }

  get steps(): Step[] {
    return [...this.#steps].sort(([a], [b]) => a - b).map(([, step]) => step);
  }
}
