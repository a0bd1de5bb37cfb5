/** Lets callers through one at a time, in the order in which they asked. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /**
   * Does work when it is its turn.
   * @throws what the work throws; the signal's reason when it aborts before the turn comes: then the work is not
   * started.
   */
  async take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last;
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    // Giving up waiting must not let others overtake those before.
    this.#last = before.then(() => left);
    try {
      await unlessAborted(before, signal);
      return await work();
    } finally {
      leave();
    }
  }
}

/** Settles as the promise does, or rejects with the signal's reason as soon as that aborts. */
async function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal?.reason);
  });
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
