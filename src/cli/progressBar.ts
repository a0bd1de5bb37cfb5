import { SingleBar } from 'cli-progress';
import type { Progress } from '../engine/protocol.ts';

/** A progress bar on standard error while that is a terminal; nothing elsewhere. */
export class ProgressBar {
  readonly #bar = new SingleBar({
    format: '{test} [{bar}] {value}/{total} images, {eta_formatted} left',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    noTTYOutput: false,
  });
  #shown = false;

  show({ test, phase, done, total }: Progress): void {
    if (!process.stderr.isTTY || phase === 'loading') return;
    if (!this.#shown) this.#bar.start(total, done, { test });
    else this.#bar.update(done, { test });
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#bar.stop();
    this.#shown = false;
  }
}
