import type { DetectorReport } from '../defenses/detectors/report.ts';
import type { TrainingPoint, TrainingProgress } from '../defenses/progress.ts';
import type { DefenseReport } from '../defenses/training/report.ts';

/** How a training ended. */
export type Outcome =
  | { readonly type: 'detector'; readonly report: DetectorReport }
  | { readonly type: 'defense'; readonly report: DefenseReport }
  | { readonly type: 'cancelled' }
  /** It cannot be done: what happened, and what to do. */
  | { readonly type: 'failed'; readonly message: string };

/** A training as the page shows it. */
export interface ShownTraining {
  readonly of: 'detector' | 'defense';
  /** Name of the detector or the defense in the settings. */
  readonly name: string;
  /** What kind of detector or defense it is, for people. */
  readonly title: string;
  readonly model: string;
  readonly dataset: string;
  /** Missing until something is heard of it. */
  readonly progress?: Omit<TrainingProgress, 'point' | 'secondsLeft'>;
  /** Time left, in words. */
  readonly timeLeft?: string;
  readonly points: readonly TrainingPoint[];
  readonly isCancelling: boolean;
  /** Missing while it goes on. */
  readonly outcome?: Outcome;
}

/** A file that a training has written. */
export type TrainedFile = 'detector' | 'model' | 'onnx' | 'card';

/** What the extension tells the page. */
export type ToTraining =
  | {
      readonly type: 'begin';
      readonly training: ShownTraining;
      /** The page's words in the user's language, by their English. */
      readonly strings: Readonly<Record<string, string>>;
    }
  | { readonly type: 'update'; readonly training: ShownTraining };

/** What the page tells the extension. */
export type FromTraining =
  /** The page can take messages; sent again whenever it comes back. */
  { readonly type: 'ready' } | { readonly type: 'cancel' } | { readonly type: 'open'; readonly file: TrainedFile };
