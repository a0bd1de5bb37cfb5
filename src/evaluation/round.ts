import { kinds } from '../attacks/kind.ts';
import type { Attacker } from '../defenses/guard/attacker.ts';
import { type ConfiguredAttack, definitionOf } from '../runner/configuredAttack.ts';
import type { Outcome } from '../runner/conversation.ts';
import { type Attempt, type AttemptOptions, attemptsOn, type Flaw, withoutResult, worse } from './attempts.ts';
import type { Case } from './cases.ts';
import type { RoundDetection } from './detection.ts';
import { type AttackResult, type Example, type ExampleSummary, exampleOf, summaryOf } from './example.ts';
import { computeMetrics, type Metrics } from './metrics.ts';
import { countsQueries, type QueryPoint, queryCurve } from './queryCurve.ts';
import type { Crafting, RoundTransfer } from './transfer.ts';
import type { RoundVerification } from './verification.ts';

/** One attack at one budget on all examples. */
export interface Round {
  /** The budget as the test states it; missing for attacks that minimize the norm. */
  readonly epsilon?: number;
  /** The budget that the attack got: on the 8-bit grid where its examples are to be. */
  readonly budget?: number;
  /** Every parameter, as it was used. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly metrics: Metrics;
  /** With the grid off: the same figures after rounding to the 8-bit grid. */
  readonly metricsOnGrid?: Metrics;
  /** With the grid on: how many examples were fooled on it or beside it, which is what other programs count. */
  readonly fooledOffGrid?: number;
  /** How many examples each part of the attack fooled that the parts before had not, where it has parts. */
  readonly stages?: readonly { readonly title: string; readonly fooled: number }[];
  readonly queries: { readonly points: number; readonly gradients: number };
  /** Where questions are what the attack costs: success against their number. */
  readonly queryCurve?: readonly QueryPoint[];
  /** Where the model has a detector. */
  readonly detection?: RoundDetection;
  /** Where the model has a purifier: the same attack by the other attacker. */
  readonly purification?: { readonly other: { readonly attacker: Attacker; readonly metrics: Metrics } };
  /** Where the attack is made on a surrogate. */
  readonly transfer?: RoundTransfer;
  /** Where the model compares embeddings with those of enrolled identities. */
  readonly verification?: RoundVerification;
  /** The class that the model takes every image for before the attack, where their labels differ. */
  readonly onlyAnswer?: string;
  readonly warnings: readonly string[];
}

/** One attack at one budget by one opponent, on some of the images. */
export interface RoundOptions extends AttemptOptions {
  readonly attacked: readonly Case[];
  /** Successes that are within the budget as well, by the places of their images: they count where nothing better is found. */
  readonly known: Successes;
  /** Whether other rounds will want to know what succeeded in this one. */
  readonly keepSuccesses: boolean;
  /** Called for each example as it counts, with what the attack itself came to, nothing known beforehand. */
  onResult(example: Example, attempt: Attempt): Promise<void>;
}

/** Adversarial examples by the places of their images in the test's list. */
export type Successes = ReadonlyMap<number, AttackResult>;

/** What one opponent came to on one image at one budget: all that figures are made of, as plain data. */
export interface CaseResult {
  /** The example as it counts, with what was known beforehand. */
  readonly summary: ExampleSummary;
  /** What the attack itself came to, nothing known beforehand. */
  readonly attempt: Attempt;
}

/** What a round came to. */
export interface RoundResult {
  readonly attack: ConfiguredAttack;
  readonly round: Round;
  /** In the order of the images. */
  readonly examples: readonly ExampleSummary[];
  /** How many eligible cases the attack itself fooled, nothing known beforehand. */
  readonly fooled: number;
  /** For each eligible case how far the attack itself had to go (see `distanceOf`), nothing known beforehand. */
  readonly distances: readonly number[];
  /** Where it was made on a surrogate. */
  readonly crafting?: Crafting;
}

/** Runs an attack on images, on each of its victims. @returns what succeeded, if that is to be kept */
export async function attackRound(options: RoundOptions): Promise<Successes> {
  const { attack, victims, judge, attacked, known, keepSuccesses, onResult } = options;
  const definition = definitionOf(attack.attack);
  const isTransfer = isCrafted(options);
  const { norm } = attack.choice;
  // What barely fools a surrogate fools nothing else.
  const stopsAtSuccess = kinds[definition.kind].stopsAtSuccess && definition.fixedBudget && !isTransfer;
  const attempts = new Map<number, Attempt>();
  const successes = new Map<number, AttackResult>();
  for (const victim of victims) {
    const isLast = victim === victims.at(-1);
    const survivors = attacked.filter(({ index }) => !(stopsAtSuccess && attempts.get(index)?.success));
    for await (const { one, attempt } of attemptsOn(victim, survivors, options, { stopsAtSuccess, isTransfer })) {
      const own = worse(attempts.get(one.index), attempt);
      attempts.set(one.index, own);
      if (!isLast && !(stopsAtSuccess && own.success)) continue;
      const result = worseResult(own.result, known.get(one.index), norm);
      if (result.adversarial?.success && keepSuccesses) successes.set(one.index, result);
      attempts.set(one.index, withoutResult(own));
      const flaw = result.adversarial?.success ? undefined : own.flaw;
      const status = result.adversarial?.success ? 'fooled' : flaw ? 'undecided' : 'held';
      await onResult(exampleOf(one, status, judge, result), withoutResult(own));
    }
  }
  return successes;
}

/** True where what is attacked is not who judges. */
function isCrafted({ plan, victims, judge }: Pick<AttemptOptions, 'plan' | 'victims' | 'judge'>): boolean {
  return plan.surrogates !== undefined && victims[0] !== judge;
}

/** The figures of a round. @param results of every eligible case, by the places of their images */
export function roundOf(
  options: Pick<AttemptOptions, 'plan' | 'attack' | 'victims' | 'judge' | 'cases' | 'eligible'>,
  results: ReadonlyMap<number, CaseResult>,
): RoundResult {
  const { plan, attack, judge, cases, eligible } = options;
  const definition = definitionOf(attack.attack);
  const isTransfer = isCrafted(options);
  const { norm, epsilon, quantize } = attack.choice;
  const resultOf = ({ index }: Case) => results.get(index) as CaseResult;
  const examples = cases.map((one) =>
    one.status ? summaryOf(exampleOf(one, one.status, judge)) : resultOf(one).summary,
  );
  const all = eligible.map((one) => resultOf(one).attempt);
  const open = eligible
    .map(resultOf)
    .flatMap(({ summary, attempt }) => (summary.status === 'undecided' ? (attempt.flaw ?? []) : []));
  const metricsOf = (which: 'adversarial' | 'onGrid') =>
    computeMetrics(tallies(examples, which), norm, {
      targeted: plan.target !== undefined,
      guarded: plan.detector !== undefined,
      ...(plan.confidence && { confidence: plan.confidence }),
    });
  const round: Round = {
    ...(epsilon !== undefined && { epsilon, budget: attack.budget.epsilon }),
    parameters: attack.parameters,
    metrics: metricsOf('adversarial'),
    ...(quantize ? {} : { metricsOnGrid: metricsOf('onGrid') }),
    ...(quantize && plan.detector === undefined && !isTransfer
      ? { fooledOffGrid: all.filter(({ succeededOffGrid }) => succeededOffGrid).length }
      : {}),
    ...stagesOf(examples),
    queries: {
      points: examples.reduce((sum, { queries }) => sum + queries.points, 0),
      gradients: examples.reduce((sum, { queries }) => sum + queries.gradients, 0),
    },
    ...(countsQueries(definition, attack.choice.queries) && !isTransfer
      ? { queryCurve: queryCurve(all.map(({ nearest, result }) => ({ nearest, queries: result.queries.points }))) }
      : {}),
    warnings: describeFlaws(eligible.length, open),
  };
  return {
    attack,
    round,
    examples,
    fooled: all.filter(({ success }) => success).length,
    distances: all.map(({ distance }) => distance),
    ...(isTransfer && { crafting: craftingOf(all) }),
  };
}

function craftingOf(attempts: readonly Attempt[]): Crafting {
  const sum = (key: keyof Outcome['queries']) => attempts.reduce((all, { onVictim }) => all + onVictim.queries[key], 0);
  return {
    fooledSurrogate: attempts.filter(({ onVictim }) => onVictim.isFooled).length,
    queries: { points: sum('points'), gradients: sum('gradients') },
  };
}

/** The result of an attack, or a success that was known beforehand where that is better; the queries are the attack's own. */
function worseResult(
  own: AttackResult,
  known: AttackResult | undefined,
  norm: keyof NonNullable<AttackResult['adversarial']>['norms'],
): AttackResult {
  if (known?.adversarial === undefined) return own;
  const isOwn = own.adversarial?.success && own.adversarial.norms[norm] <= known.adversarial.norms[norm];
  return isOwn ? own : { ...known, queries: own.queries };
}

function stagesOf(examples: readonly ExampleSummary[]): Pick<Round, 'stages'> {
  const titles = [...new Set(examples.flatMap(({ stage }) => stage ?? []))];
  if (titles.length === 0) return {};
  const fooledBy = (title: string) => examples.filter(({ stage, status }) => stage === title && status === 'fooled');
  // What a later part finds has taken the queries of those before it.
  const soonest = (title: string) => Math.min(...fooledBy(title).map(({ queries }) => queries.points));
  const inOrder = titles.sort((a, b) => compare(soonest(a), soonest(b)) || compare(a, b));
  return { stages: inOrder.map((title) => ({ title, fooled: fooledBy(title).length })) };
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b);
}

/** A warning where images are undecided. */
function describeFlaws(eligible: number, flaws: readonly Flaw[]): string[] {
  const count = (wanted: Flaw) => flaws.filter((flaw) => flaw === wanted).length;
  const [zero, nonFinite, flat, noStart] = [count('zero'), count('nonFinite'), count('flat'), count('noStart')];
  const of = (some: number) => `of ${eligible} eligible images (${((100 * some) / eligible).toFixed(0)}%)`;
  const nothing = 'there the attack had nothing to follow, which proves nothing about the model';
  return [
    ...(zero + nonFinite > 0
      ? [`The gradient is zero on ${zero} and not finite on ${nonFinite} ${of(zero + nonFinite)}: ${nothing}.`]
      : []),
    ...(flat > 0
      ? [
          `The scores are the same at every point that was tried on ${flat} ${of(flat)}: ${nothing}. Use an attack by predictions alone, such as HopSkipJump.`,
        ]
      : []),
    ...(noStart > 0
      ? [
          `Neither noise nor an image of the test is a point to start from on ${noStart} ${of(noStart)}: ${nothing}. Use a dataset with images of other classes, or of the target, or allow more queries.`,
        ]
      : []),
  ];
}

function tallies(examples: readonly ExampleSummary[], which: 'adversarial' | 'onGrid') {
  return examples.map(({ status, [which]: found }) => {
    if (status !== 'fooled' && status !== 'held') return { status };
    return { status: found?.success ? ('fooled' as const) : ('held' as const), norms: found?.norms };
  });
}
