import type { ThreatModel } from '../attacks/attackDefinition.ts';
import type { Kind } from '../attacks/kind.ts';
import type { Finding, Omission } from '../audit/finding.ts';
import type { ImageShape } from '../data/image.ts';
import type { Resizing } from '../data/resizing.ts';
import type { Attacker } from '../defenses/guard/attacker.ts';
import type { Round } from '../evaluation/evaluate.ts';
import type { Prediction } from '../evaluation/example.ts';
import type { Metrics, Status } from '../evaluation/metrics.ts';
import type { ExpectedMetric, TestPlan } from '../evaluation/plan.ts';
import type { Comparison, Verdict } from '../evaluation/verdict.ts';
import type { Norm, Norms } from '../geometry/norms.ts';
import type { Preprocessing } from '../models/preprocessing.ts';

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
  /** Signs that the result overstates robustness; missing if there was no audit. */
  readonly findings?: readonly Finding[];
  /** Checks that the audit could not make, or left out for what they cost. */
  readonly notChecked?: readonly Omission[];
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
  /** Wall-clock time in seconds. */
  readonly time: number;
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

/** The summary of a run: `report.json`. */
export interface RunReport {
  readonly format: 'perturb-report';
  readonly version: 1;
  readonly workspace: string;
  readonly started: string;
  readonly tests: readonly (TestReport | UnplannedReport)[];
}

/** Display names of the metrics. */
export const metricTitles = {
  cleanAccuracy: 'clean accuracy',
  robustAccuracy: 'robust accuracy',
  successRate: 'attack success rate',
  medianDistance: 'median distance',
} as const;

/**
 * One sentence about a test: the expectations that were missed, or all if none was; without expectations, what was
 * measured. With a detector, the value for the other attacker is included.
 */
export function describeOutcome(
  comparisons: readonly Comparison[],
  rounds: readonly Round[],
  norm: Norm,
  kind: Kind = 'attack',
  detector?: TestReport['detector'],
): string {
  const missed = comparisons.filter(({ met }) => !met);
  if (comparisons.length > 0) {
    return (missed.length > 0 ? missed : comparisons)
      .map(({ metric, epsilon, expected, measured }) => {
        const bound = metric === 'successRate' ? 'at most' : 'at least';
        const round = rounds.find((one) => one.epsilon === epsilon);
        const figure = describeFigure(metric, measured, epsilon, { round, norm, detector });
        return `${figure}, expected ${bound} ${formatMetric(metric, expected)}`;
      })
      .join('; ');
  }
  return rounds.map((round) => withoutExpectation[kind](round, norm, detector)).join('; ');
}

/** What is said of a round of which nothing was expected. */
const withoutExpectation: Readonly<
  Record<Kind, (round: Round, norm: Norm, detector: TestReport['detector']) => string>
> = {
  attack(round, norm, detector) {
    const { epsilon, metrics } = round;
    const metric = metrics.robustAccuracy === undefined ? 'successRate' : 'robustAccuracy';
    const figure = describeFigure(metric, metrics[metric] ?? NaN, epsilon, { round, norm, detector });
    return `${figure}; no expectation was set`;
  },
  forge: ({ metrics: { counts } }) => `${describeForged(counts)}; no expectation was set`,
  explanation: ({ metrics: { counts } }) => describeExplained(counts),
};

/** "robust accuracy at linf 8/255 with detector "net" against an adaptive attacker is 40.0% (unaware: 80.0%)" */
function describeFigure(
  metric: ExpectedMetric,
  measured: number,
  epsilon: number | undefined,
  { round, norm, detector }: { round: Round | undefined; norm: Norm; detector: TestReport['detector'] | undefined },
): string {
  const where = epsilon === undefined ? '' : ` at ${norm} ${formatEpsilon(epsilon, norm)}`;
  const start = `${metricTitles[metric]}${where}`;
  const value = formatMetric(metric, measured);
  if (detector === undefined) return `${start} is ${value}`;
  const guarded = `${start} with detector "${detector.name}"`;
  // Before the attack there is no attacker.
  if (metric === 'cleanAccuracy') return `${guarded} is ${value}`;
  const other = round?.detection?.other;
  const figure = other?.metrics[metric];
  const comparison = other && figure !== undefined ? ` (${other.attacker}: ${formatMetric(metric, figure)})` : '';
  return `${guarded} against an ${detector.attacker} attacker is ${value}${comparison}`;
}

function formatMetric(metric: ExpectedMetric, value: number): string {
  return metric === 'medianDistance' ? formatDistance(value) : formatPercent(value);
}

function describeForged({ eligible, fooled }: Metrics['counts']): string {
  return `forged ${fooled} of ${eligible === 1 ? '1 image' : `${eligible} images`}`;
}

function describeExplained({ eligible, fooled }: Metrics['counts']): string {
  const images = eligible === 1 ? '1 image' : `${eligible} images`;
  return `explained ${images}; the prediction changes along the gradient on ${fooled}`;
}

/** A fraction as "45.3%". */
export function formatPercent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}

/** A distance with three significant digits; "∞" if the examples held. */
export function formatDistance(distance: number): string {
  return Number.isFinite(distance) ? distance.toPrecision(3) : '∞';
}

/** A budget, as "8/255" if it is a whole number of gray levels, which only exist in linf. */
export function formatEpsilon(epsilon: number, norm: Norm): string {
  const level = 255 * epsilon;
  const isLevel = norm === 'linf' && Math.abs(level - Math.round(level)) < 1e-6 && level < 254.5;
  return isLevel ? `${Math.round(level)}/255` : String(epsilon);
}
