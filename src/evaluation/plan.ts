import type { DatasetSource } from '../data/source.ts';
import type { Attacker, DetectorSource, PurifierSource } from '../defenses/guard/attacker.ts';
import type { ModelSource } from '../models/source.ts';
import type { ConfiguredAttack } from '../runner/configuredAttack.ts';
import type { Secrets } from '../secrets.ts';
import type { Confidence } from './metrics.ts';

/** The metrics that a test can state an expectation of. `successRate` is a maximum, the others are minima. */
export const expectedMetrics = ['cleanAccuracy', 'robustAccuracy', 'successRate', 'medianDistance'] as const;
export type ExpectedMetric = (typeof expectedMetrics)[number];

/** How a test is audited: not at all, with findings that are told, or with findings that are failures. */
export type AuditMode = boolean | 'strict';

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
  /** The attack at each of its budgets, in their order; a single one where it minimizes the norm. */
  readonly attacks: readonly [ConfiguredAttack, ...ConfiguredAttack[]];
  /** A class name, "random" or "least-likely"; untargeted where it is missing. */
  readonly target?: string;
  /** For each metric one bound a budget (a single one where there is no budget). */
  readonly expect: Readonly<Partial<Record<ExpectedMetric, readonly number[]>>>;
  /** Hold the end of the confidence interval against a bound, not the figure itself. */
  readonly confidence?: Confidence;
  /** Eligible images that it takes to judge figures that run over them. */
  readonly minimumEligible?: number;
  /** Keep the steps of the attack on this many images, or on those whose paths end in one of these. */
  readonly record?: number | readonly string[];
  /** The detector or the purifier that the model has, and whether the attacker knows of it. */
  readonly detector?: DetectorSource;
  readonly purifier?: PurifierSource;
  readonly attacker?: Attacker;
  /** Look for signs that the result flatters the model; strictly, so that each is a failure. */
  readonly audit?: AuditMode;
  /** The models that the attack is made on, all at once, where that is not the model itself. */
  readonly surrogates?: readonly [ModelSource, ...ModelSource[]];
  /** Attack a few images only, for a first impression. */
  readonly quick?: true;
  /** The other models that the test is for: the audit tries whether attacks on them transfer to this one. */
  readonly siblings?: readonly ModelSource[];
  readonly seed: number;
  /** The folder with the counterexamples that are known, and the baseline; missing where nothing is kept. */
  readonly robustness?: string;
  /** What is to be kept from reports. */
  readonly secrets?: Secrets;
  /** Where the settings define it; lines count from 1. */
  readonly origin: { readonly file: string; readonly line: number };
}

/** The folder of the generator that the attack of a test has, if it has one. */
export function generatorOf({ attacks }: Pick<TestPlan, 'attacks'>): string | undefined {
  const { generator } = attacks[0].parameters;
  return typeof generator === 'string' ? generator : undefined;
}

/** Whether an audit could find anything: what asks the model nothing but a judgment shows nothing of what more would find. */
export function canBeAudited(plan: Pick<TestPlan, 'attacks' | 'surrogates'>): boolean {
  return plan.surrogates === undefined && generatorOf(plan) === undefined;
}

/** The budgets of a test as its settings state them; none where its attack minimizes the norm. */
export function epsilonsOf({ attacks }: Pick<TestPlan, 'attacks'>): number[] {
  return attacks.flatMap(({ choice }) => choice.epsilon ?? []);
}
