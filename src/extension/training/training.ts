import * as vscode from 'vscode';
import type { TrainingProgress } from '../../defenses/progress.ts';
import { formatDuration } from '../../evaluation/estimate.ts';
import type { ShownTraining, TrainingOutcome } from '../../page/trainingProtocol.ts';

/** What is known about a training before it starts. */
type TrainingFacts = Pick<ShownTraining, 'of' | 'name' | 'title' | 'model' | 'dataset'>;

/** A detector, a defense, a surrogate, or a generator that is being trained: its progress and its results. */
export class Training {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #abort = new AbortController();
  #shown: ShownTraining;

  /** Fires when there is something new to show. */
  readonly onDidChange = this.#changed.event;

  constructor(subject: TrainingFacts) {
    this.#shown = { points: [], isCancelling: false, ...subject };
  }

  /** A training as it was kept, perhaps by a window that was closed while it ran. */
  static restore(kept: ShownTraining): Training {
    const training = new Training(kept);
    if (kept.outcome === undefined) {
      const message = vscode.l10n.t('The window was closed during this training. Start it again.');
      training.end({ type: 'failed', message });
    }
    return training;
  }

  /** The training as a page shows it. */
  get shown(): ShownTraining {
    return this.#shown;
  }

  /** Aborts when it is canceled. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  cancel(): void {
    if (this.#shown.outcome) return;
    this.#abort.abort(new Error('cancelled'));
    this.#set({ isCancelling: true });
  }

  /** Updates the progress. */
  advance({ point, secondsLeft, samples, ...progress }: TrainingProgress): void {
    const { points } = this.#shown;
    this.#set({
      progress,
      timeLeft: secondsLeft === undefined ? undefined : formatDuration(secondsLeft),
      points: point ? [...points, point] : points,
      ...(samples !== undefined && { samples }),
    });
  }

  end(outcome: TrainingOutcome): void {
    // A training that was resumed has points of earlier sessions, too.
    const points = 'report' in outcome && 'points' in outcome.report ? outcome.report.points : this.#shown.points;
    this.#set({ outcome, points, timeLeft: undefined, isCancelling: false });
  }

  #set(change: Partial<ShownTraining>): void {
    this.#shown = { ...this.#shown, ...change };
    this.#changed.fire();
  }
}
