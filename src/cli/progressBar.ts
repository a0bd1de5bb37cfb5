import { SingleBar } from 'cli-progress';
import type { TrainingPoint, TrainingProgress } from '../defenses/progress.ts';
import { formatDuration } from '../evaluation/estimate.ts';
import type { TestProgress } from '../jobs/runTest.ts';
import { formatPercent } from '../reports/format.ts';

/** A progress bar on standard error if it is a terminal; otherwise nothing. */
export class ProgressBar {
  readonly #bar = new SingleBar({
    format: '{test} [{bar}] {value}/{total} {unit}, {eta_formatted} left',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    noTTYOutput: false,
  });
  #shown = false;

  show({ test, phase, done, total }: TestProgress): void {
    if (!process.stderr.isTTY || phase === 'loading') return;
    const payload = { test, unit: phase === 'auditing' ? 'audit checks' : 'images' };
    if (!this.#shown) this.#bar.start(total, done, payload);
    this.#shown = true;
    this.#bar.setTotal(total);
    this.#bar.update(done, payload);
  }

  clear(): void {
    if (this.#shown) this.#bar.stop();
    this.#shown = false;
  }
}

/** A progress bar for training: its phase, the latest metrics, and the time left in all phases. */
export class TrainingBar {
  readonly #bar = new SingleBar({
    format: '{text} [{bar}] {value}/{total}{figures}{left}',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    noTTYOutput: false,
  });
  #shown = false;
  #point: Omit<TrainingPoint, 'epoch'> = {};

  show({ name, phase, step, steps, secondsLeft, point }: TrainingProgress): void {
    this.#point = { ...this.#point, ...point };
    if (!process.stderr.isTTY || steps === 0) return;
    const left = secondsLeft === undefined ? '' : `, ${formatDuration(secondsLeft)} left`;
    const payload = { text: `${name}: ${phases[phase]}`, figures: describePoint(this.#point), left };
    if (!this.#shown) this.#bar.start(steps, step, payload);
    this.#shown = true;
    this.#bar.setTotal(steps);
    this.#bar.update(step, payload);
  }

  clear(): void {
    if (this.#shown) this.#bar.stop();
    this.#shown = false;
    this.#point = {};
  }
}

const phases: Readonly<Record<TrainingProgress['phase'], string>> = {
  loading: 'loading',
  asking: 'asking the model',
  crafting: 'making adversarial examples',
  training: 'training',
  measuring: 'measuring',
};

/** Loss, clean accuracy, and robust accuracy, as far as they are known: ", loss 0.532, clean 81.0%, robust 43.2%". */
export function describePoint({ loss, cleanAccuracy, robustAccuracy }: Omit<TrainingPoint, 'epoch'>): string {
  return [
    loss === undefined ? '' : `, loss ${loss.toPrecision(3)}`,
    cleanAccuracy === undefined ? '' : `, clean ${formatPercent(cleanAccuracy)}`,
    robustAccuracy === undefined ? '' : `, robust ${formatPercent(robustAccuracy)}`,
  ].join('');
}
