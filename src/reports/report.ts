import type { ThreatModel } from '../attacks/attackDefinition.ts';
import type { Kind } from '../attacks/kind.ts';
import type { Finding, Omission } from '../audit/finding.ts';
import type { AgainstBaseline } from '../corpus/compareWithBaseline.ts';
import type { Replay } from '../corpus/replay.ts';
import type { ImageShape } from '../data/image.ts';
import type { Resizing } from '../data/resizing.ts';
import type { Attacker } from '../defenses/guard/attacker.ts';
import type { Comparison } from '../evaluation/comparison.ts';
import type { Prediction } from '../evaluation/example.ts';
import type { Metrics, Status } from '../evaluation/metrics.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { Round } from '../evaluation/round.ts';
import type { Verdict } from '../evaluation/verdict.ts';
import type { Norm, Norms } from '../geometry/norms.ts';
import type { Preprocessing } from '../models/preprocessing.ts';
import type { Profile } from '../runner/stopwatch.ts';

/** Where the engine ran. */
export type EngineLocation = 'process' | 'extensionHost';

/** The result of a test, with everything needed to reproduce it. In JSON, an infinite distance is `null`. */
export interface TestReport {
  readonly id: string;
  readonly name: string;
  readonly status: Verdict;
  /** One sentence: what was expected and measured, or why the test could not be evaluated. */
  readonly message: string;
  readonly model: {
    readonly name: string;
    readonly path: string;
    readonly sha256?: string;
    /** The shape of its input images. */
    readonly input?: ImageShape;
    /** Its classes, in the order of its logits. */
    readonly classes?: readonly string[];
    /** Mean and standard deviation of each channel, in the model's channel order. */
    readonly preprocessing?: Preprocessing;
    /** How images were resized to the model's input size, in pixels once that size is known. */
    readonly resizing?: Resizing;
    /** What was detected in the model or decided for it. */
    readonly notes?: readonly string[];
    /** The identities that it compares embeddings with: its classes but for the last, which is nobody. */
    readonly enrolled?: {
      readonly path: string;
      /** Cosine similarity from which on an image is accepted. */
      readonly threshold: number;
      /** `image` is the first of its images as the model receives it, relative to the run folder. */
      readonly identities: readonly { readonly name: string; readonly images: number; readonly image: string }[];
    };
  };
  readonly dataset: {
    readonly name: string;
    /** Empty for white noise. */
    readonly path: string;
    readonly images?: number;
    readonly notes: readonly string[];
  };
  readonly attack: {
    readonly id: string;
    readonly title: string;
    readonly kind: Kind;
    readonly threatModel: ThreatModel;
    readonly norm: Norm;
    readonly preset: string;
    readonly target?: string;
    readonly quantize: boolean;
    /** Points that could be asked about for each image; missing without a limit. */
    readonly queries?: number;
    readonly epsilons: readonly number[];
    /** Every parameter as used at the last budget; `rounds` has those of every budget. */
    readonly parameters: Readonly<Record<string, unknown>>;
  };
  /** The model's detector, and the attacker that the test assumes. */
  readonly detector?: {
    readonly name: string;
    readonly path: string;
    readonly attacker: Attacker;
    /** Known once the detector was opened. */
    readonly kind?: string;
    readonly title?: string;
    readonly threshold?: number;
    readonly falsePositiveRate?: number;
    /** True if the detector was trained on examples of this test's attack. */
    readonly seen?: boolean;
  };
  /** The models that the attack was made on, if not on the model itself; the hash is known once they were opened. */
  readonly surrogates?: readonly { readonly name: string; readonly path: string; readonly sha256?: string }[];
  /** The model's purifier, and the attacker that the test assumes; what was read from its card is known once it was opened. */
  readonly purifier?: {
    readonly name: string;
    readonly path: string;
    readonly attacker: Attacker;
    readonly kind?: string;
    readonly sha256?: string;
  };
  /** The trained network that the attack made its examples with; the hash is that of its files. */
  readonly generator?: { readonly name: string; readonly path: string; readonly sha256: string };
  /** Signs that the result overstates robustness; missing if there was no audit. */
  readonly findings?: readonly Finding[];
  /** Checks that the audit could not make, or left out for what they cost. */
  readonly notChecked?: readonly Omission[];
  /** True if only a few images were attacked, for a first impression. */
  readonly quick?: true;
  readonly seed: number;
  readonly engine: { readonly name: string; readonly location: EngineLocation };
  readonly expect: TestPlan['expect'];
  readonly comparisons: readonly Comparison[];
  /** The metrics at the last (usually the largest) budget; missing if nothing could be evaluated. */
  readonly metrics?: Metrics;
  /** The metrics at every budget: the security curve. */
  readonly rounds: readonly Round[];
  readonly warnings: readonly string[];
  /** Pictures of a few examples that fooled the model; paths are relative to the run folder. */
  readonly pictures: readonly string[];
  readonly queries: { readonly points: number; readonly gradients: number };
  /** What became of the known counterexamples of the test; missing if there are none. */
  readonly counterexamples?: Replay;
  /** Those of them that are not among the images of the test, as they were kept; missing if there are none. */
  readonly knownExamples?: readonly ExampleReport[];
  /** How the test stands to its baseline; missing if that has nothing of it. */
  readonly baseline?: AgainstBaseline;
  /** Wall-clock time in seconds. */
  readonly time: number;
  /** What the time went into; missing if the test did not run. */
  readonly profile?: Profile;
  readonly origin: TestPlan['origin'];
}

/** The report on one example: a line of `examples.jsonl`. Image paths are relative to the run folder. */
export interface ExampleReport {
  /** Id of the test. */
  readonly test: string;
  readonly epsilon?: number;
  readonly index: number;
  /** SHA-256 of image hash, goal, norm, and model hash: the same case in another run has the same identity. */
  readonly identity: string;
  readonly image: string;
  readonly sha256: string;
  readonly label: string;
  readonly target?: string;
  readonly status: Status;
  readonly clean: Prediction;
  readonly adversarial: Prediction | null;
  readonly norms: Norms | null;
  /** The model's input before and after the attack. */
  readonly originalImage: string;
  readonly adversarialImage: string | null;
  /** With the grid off: the exact float32 values, height × width × channels, as a NumPy file. */
  readonly adversarialArray?: string;
  /** With the grid off: the model's prediction for `adversarialImage`, which is rounded. */
  readonly onGrid?: { readonly prediction: Prediction; readonly norms: Norms; readonly success: boolean };
  /** The points that the attack visited, if recorded. */
  readonly trace?: Trace;
  /** The stage of the attack that found the example, if the attack has stages. */
  readonly stage?: string;
  readonly queries: { readonly points: number; readonly gradients: number };
  readonly seed: number;
  readonly notes: readonly string[];
  /** A known counterexample that is not among the images of the test: it counts in no figure. */
  readonly isOutside?: true;
}

/** The points that an attack visited on one image. */
export interface Trace {
  /** All of them in one picture, in rows of `columns`, each of the model's input size, rounded to the 8-bit grid. */
  readonly image: string;
  readonly columns: number;
  /** What `at` counts: the attack's points, or the epsilon of an explanation. */
  readonly axis: 'step' | 'epsilon';
  readonly steps: readonly { readonly at: number; readonly logits: readonly number[]; readonly norms: Norms }[];
}

/** A test that could not run because of its settings. */
export interface UnplannedReport {
  readonly id: string;
  readonly name: string;
  readonly status: 'errored';
  readonly message: string;
  readonly origin: TestPlan['origin'];
}

/** True for a test that got as far as the engine. */
export function isPlanned(report: TestReport | UnplannedReport): report is TestReport {
  return 'attack' in report;
}

/** What examples came to that were crafted on surrogates: for one attack at one budget, on every model that was tried. */
export interface TransferMatrix {
  readonly attack: string;
  readonly norm: Norm;
  /** Missing for an attack that minimizes the norm. */
  readonly epsilon?: number;
  /** Names of the surrogates, several at once joined with "+": the rows. */
  readonly surrogates: readonly string[];
  /** Names of the models: the columns. */
  readonly models: readonly string[];
  /** Fraction of the eligible images that fool a model, `successRates[row][column]`; `null` where that was not tried. */
  readonly successRates: readonly (readonly (number | null)[])[];
  /** The same for an attacker with the gradients of the model, by column; `null` where it gives none, or was not tried. */
  readonly whiteBox: readonly (number | null)[];
  /** Title of that attacker's attack. */
  readonly whiteBoxAttack?: string;
}

/** The summary of a run: `report.json`. */
export interface RunReport {
  readonly format: 'perturb-report';
  readonly version: 1;
  readonly workspace: string;
  readonly started: string;
  readonly tests: readonly (TestReport | UnplannedReport)[];
  /** What examples crafted on surrogates came to on each model; missing without surrogates. */
  readonly transfer?: readonly TransferMatrix[];
}
