import type { DatasetSource } from '../data/source.ts';
import type { Norm } from '../geometry/norms.ts';
import type { ModelSource } from '../models/source.ts';
import type { Preset } from '../parameters/parameter.ts';

/** The metrics that a test can state an expectation of. `successRate` is a maximum, the others are minima. */
export const expectedMetrics = ['cleanAccuracy', 'robustAccuracy', 'successRate', 'medianDistance'] as const;
export type ExpectedMetric = (typeof expectedMetrics)[number];

/** What the attacker knows of a detector: nothing, or everything, and attacks model and detector at once. */
export const attackers = ['unaware', 'adaptive'] as const;
export type Attacker = (typeof attackers)[number];

/** A detector as settings name it: an entry of `perturb.detectors` that was trained. */
export interface DetectorSource {
  readonly name: string;
  /** Absolute path of the folder with its `detector.json`. */
  readonly path: string;
}

/** One test case with everything resolved: what runs, on what, and what is expected. Plain data. */
export interface TestPlan {
  /** Unique in a workspace: the model's name and the test's, "signs › FGSM 8/255". */
  readonly id: string;
  readonly name: string;
  readonly model: ModelSource;
  /** Missing where images are forged from white noise. */
  readonly dataset?: DatasetSource;
  /** Only images of these classes; all where it is missing. */
  readonly classes?: readonly string[];
  /** Id in the catalog. */
  readonly attack: string;
  readonly preset: Preset;
  /** Parameters that the settings give; the preset has the rest. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly norm: Norm;
  /** Budgets in the pixel range [0, 1], one attack each; empty for attacks that minimize the norm. */
  readonly epsilons: readonly number[];
  /** A class name, "random" or "least-likely"; untargeted where it is missing. */
  readonly target?: string;
  /** For each metric one bound a budget (a single one where there is no budget). */
  readonly expect: Readonly<Partial<Record<ExpectedMetric, readonly number[]>>>;
  /** Keep the steps of the attack on so many images, or on those whose paths end in one of these. */
  readonly record?: number | readonly string[];
  /** The detector that the model has, and whether the attacker knows of it. */
  readonly detector?: DetectorSource;
  readonly attacker?: Attacker;
  /** Look for signs that the result flatters the model. */
  readonly audit?: boolean;
  /** The other models that the test is for: the audit tries whether attacks on them transfer to this one. */
  readonly surrogates?: readonly ModelSource[];
  /** Adversarial examples live on the 8-bit grid. */
  readonly quantize: boolean;
  readonly seed: number;
  /** Where the settings define it; lines count from 1. */
  readonly origin: { readonly file: string; readonly line: number };
}
