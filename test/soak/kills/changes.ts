import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';

/** Counts changes of the files in folders, which are made where they are missing. */
export class Changes {
  readonly ready: Promise<void>;
  count = 0;
  #closed = false;
  #close: (() => void)[] = [];
  #waiting: { readonly count: number; readonly reached: () => void } | undefined;

  constructor(folders: readonly string[]) {
    this.ready = Promise.all(
      folders.map(async (folder) => {
        await mkdir(folder, { recursive: true });
        if (this.#closed) return;
        const watcher = watch(folder, { recursive: true }, () => {
          this.count++;
          if (this.#waiting && this.count >= this.#waiting.count) this.#waiting.reached();
        });
        // What is removed while it is looked at.
        watcher.on('error', () => {});
        this.#close.push(() => watcher.close());
      }),
    ).then(() => {});
  }

  /** Resolves after so many changes. */
  reached(count: number): Promise<void> {
    return new Promise((reached) => {
      this.#waiting = { count, reached };
      if (this.count >= count) reached();
    });
  }

  close(): void {
    this.#closed = true;
    for (const close of this.#close) close();
  }
}
