/** The numbers of queries at which it is looked how far an attack has come: 1, 2, 3, 5, 7 of each power of ten. */
export function checkpointFrom(queries: number): number {
  const power = 10 ** Math.floor(Math.log10(queries));
  const step = [1, 2, 3, 5, 7, 10].find((each) => each * power >= queries) as number;
  return step * power;
}

/** How far an attack on one image has come: by the number of its queries, the distance of the nearest success. */
export class Progress {
  readonly #nearest = new Map<number, number>();

  /** @param queries that were answered when the success was found. @param distance in the norm of the attack */
  add(queries: number, distance: number): void {
    const checkpoint = checkpointFrom(queries);
    this.#nearest.set(checkpoint, Math.min(distance, this.#nearest.get(checkpoint) ?? Infinity));
  }

  /** The distances of the nearest successes that were found from one checkpoint to the next. */
  get nearest(): ReadonlyMap<number, number> {
    return this.#nearest;
  }
}
