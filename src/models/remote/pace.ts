import { setTimeout as wait } from 'node:timers/promises';

/** Spaces requests evenly, so that there are no more of them in a second than a server allows. */
export class Pace {
  readonly #interval: number;
  #next = 0;

  /** @param perSecond requests; no limit where it is missing. */
  constructor(perSecond: number | undefined) {
    this.#interval = perSecond === undefined ? 0 : 1000 / perSecond;
  }

  /** Resolves when the next request may be sent. */
  async turn(): Promise<void> {
    if (this.#interval === 0) return;
    const now = performance.now();
    const start = Math.max(now, this.#next);
    this.#next = start + this.#interval;
    if (start > now) await wait(start - now);
  }
}
