import type { DetectorReport } from '../defenses/detectors/report.ts';
import type { DefensePlan, DetectorPlan } from '../defenses/plan.ts';
import type { TrainingProgress } from '../defenses/progress.ts';
import type { DefenseReport } from '../defenses/training/report.ts';
import type { PreprocessingCheck, PreprocessingRequest } from '../evaluation/checkPreprocessing.ts';
import type { Estimate } from '../evaluation/estimate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { RuntimeDescription } from '../models/onnx/session/runtime.ts';
import type { TensorFlowBackend } from '../models/tfjs/backend.ts';
import type { EngineLocation, TestReport } from '../reports/report.ts';

/** What the compute side does when it is asked. Calls reject with the error's message. */
export interface EngineFunctions {
  /** The engines that serve here, and why others do not. */
  describe(): Promise<EngineDescription>;
  /**
   * Runs one test, saving its examples into the run folder as they finish. What goes wrong with the test is in its
   * report (`errored`); it rejects only when it was cancelled.
   */
  runTest(plan: TestPlan, folder: string, location: EngineLocation): Promise<TestReport>;
  /** How long a test may take, and on how many images. It rejects when that cannot be said, and when it was cancelled. */
  estimate(plan: TestPlan): Promise<Estimate>;
  /** Tries the usual ways to preprocess images. It rejects when that cannot be done, and when it was cancelled. */
  checkPreprocessing(request: PreprocessingRequest): Promise<PreprocessingCheck>;
  /** Fits a detector and writes it. It rejects when that cannot be done, and when it was cancelled. */
  trainDetector(plan: DetectorPlan): Promise<DetectorReport>;
  /**
   * Hardens a model and writes it; goes on where an earlier call was cancelled or killed. It rejects when that cannot be
   * done, and when it was cancelled.
   */
  trainDefense(plan: DefensePlan): Promise<DefenseReport>;
  /** Ends what is running before its next batch. */
  cancel(): void;
}

/** What the compute side tells of its own accord. */
export interface ClientFunctions {
  progress(progress: Progress): void;
  trainingProgress(progress: TrainingProgress): void;
  /** How many conventions a check of preprocessing has tried, of `total`. */
  checkProgress(done: number, total: number): void;
}

/** How far a test has got. */
export interface Progress {
  readonly test: string;
  readonly phase: 'loading' | 'attacking' | 'auditing';
  /** Examples finished, over all budgets, of `total`; of an audit its checks. */
  readonly done: number;
  readonly total: number;
}

/** What computes, and on what. */
export interface EngineDescription {
  readonly onnx: RuntimeDescription;
  readonly tensorflow: TensorFlowBackend;
  readonly node: string;
  readonly platform: string;
}

/** A message port: what `serve` and its client speak through. */
export interface Port {
  post(message: unknown): void;
  on(listener: (message: unknown) => void): void;
}
