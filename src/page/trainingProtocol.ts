import type { DetectorReport } from '../defenses/detectors/report.ts';
import type { GeneratorReport } from '../defenses/generators/report.ts';
import type { TrainingPoint, TrainingProgress } from '../defenses/progress.ts';
import type { SurrogateReport } from '../defenses/surrogates/report.ts';
import type { DefenseReport } from '../defenses/training/report.ts';

/** How a training ended. */
export type TrainingOutcome =
  | { readonly type: 'detector'; readonly report: DetectorReport }
  | { readonly type: 'defense'; readonly report: DefenseReport }
  | { readonly type: 'surrogate'; readonly report: SurrogateReport }
  | { readonly type: 'generator'; readonly report: GeneratorReport }
  | { readonly type: 'cancelled' }
  /** It failed: what happened and what to do. */
  | { readonly type: 'failed'; readonly message: string };

/** A training as shown on the page. */
export interface ShownTraining {
  readonly of: 'detector' | 'defense' | 'surrogate' | 'generator';
  /** Its name in the settings. */
  readonly name: string;
  /** Display name of its kind. */
  readonly title: string;
  readonly model: string;
  readonly dataset: string;
  /** Missing until the first progress report. */
  readonly progress?: Omit<TrainingProgress, 'point' | 'secondsLeft' | 'samples'>;
  /** Time left, in words. */
  readonly timeLeft?: string;
  readonly points: readonly TrainingPoint[];
  /** What a generator drew last: a PNG as a data URL, a row a class. */
  readonly samples?: string;
  readonly isCancelling: boolean;
  /** Missing while it is running. */
  readonly outcome?: TrainingOutcome;
}

/** A file written by a training. */
export type TrainedFile = 'detector' | 'model' | 'onnx' | 'card';

/** Messages from the extension to the page. */
export type ToTraining =
  | {
      readonly type: 'begin';
      readonly training: ShownTraining;
      /** Texts of the page in the user's language, keyed by the English text. */
      readonly strings: Readonly<Record<string, string>>;
    }
  | { readonly type: 'update'; readonly training: ShownTraining };

/** Messages from the page to the extension. */
export type FromTraining =
  /** The page is ready for messages; sent again whenever it is reloaded. */
  { readonly type: 'ready' } | { readonly type: 'cancel' } | { readonly type: 'open'; readonly file: TrainedFile };
