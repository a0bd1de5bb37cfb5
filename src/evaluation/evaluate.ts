import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { kinds } from '../attacks/kind.ts';
import type { LabeledImage } from '../data/loadExamples.ts';
import type { Attacker } from '../defenses/guard/attacker.ts';
import { type ConfiguredAttack, definitionOf } from '../runner/configuredAttack.ts';
import { distanceOf, type Outcome, type RunOptions, type Subject } from '../runner/conversation.ts';
import { roundToGrid } from '../runner/projection.ts';
import { runAttack } from '../runner/runAttack.ts';
import { judgeAll, type Victim } from '../runner/victim.ts';
import { UserError } from '../userError.ts';
import { type Case, toCases } from './cases.ts';
import { detectionOf, type RoundDetection } from './detection.ts';
import { type Example, exampleOf, foundAs, judgePoint } from './example.ts';
import { computeMetrics, type Metrics } from './metrics.ts';
import type { TestPlan } from './plan.ts';

/** One attack at one budget on all examples. */
export interface Round {
  /** The budget as the test states it; missing for attacks that minimize the norm. */
  readonly epsilon?: number;
  /** Every parameter, as it was used. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly metrics: Metrics;
  /** With the grid off: the same figures after rounding to the 8-bit grid. */
  readonly metricsOnGrid?: Metrics;
  /** How many examples each part of the attack fooled that the parts before had not, where it has parts. */
  readonly stages?: readonly { readonly title: string; readonly fooled: number }[];
  readonly queries: { readonly points: number; readonly gradients: number };
  /** Where the model has a detector. */
  readonly detection?: RoundDetection;
  readonly warnings: readonly string[];
}

/** Someone who attacks, and what they attack. */
export interface Opponent {
  /** What they know of the detector, where there is one. */
  readonly attacker?: Attacker;
  readonly victim: Victim;
}

/** What an evaluation needs beside its plan. */
export interface EvaluationOptions {
  /** What decides: the model, with its detector where the test names one. */
  readonly judge: Victim;
  /** Who attacks: the figures of the first count, and those of the second, if any, stand beside them. */
  readonly opponents: readonly [Opponent, Opponent?];
  readonly images: readonly LabeledImage[];
  readonly signal?: AbortSignal;
  /** Called once for each example and budget, when it is done. */
  onExample(example: Example, epsilon: number | undefined): void | Promise<void>;
  /** Called for each example that the second opponent is done with. */
  onOther?(): void;
  /** Called when all attacks are done, with what an audit needs. */
  onAttacked?(attacked: Attacked): void | Promise<void>;
}

/** What the first opponent did in a test: what an audit questions. */
export interface Attacked {
  /** How the attack was run. With a detector, the victim is what the opponent faces: who judges is another matter. */
  readonly conditions: Pick<RunOptions, 'victim' | 'signal'>;
  /** The images that were attacked, with their goals. */
  readonly subjects: readonly Subject[];
  readonly rounds: readonly AttackedRound[];
}

/** What an attack came to at one budget. */
export interface AttackedRound {
  /** The budget as the test states it; missing for attacks that minimize the norm. */
  readonly epsilon?: number;
  /** For each subject how far its adversarial example is (see `distanceOf`). */
  readonly distances: readonly number[];
  readonly queries: Round['queries'];
  /** With a detector: how many of the subjects each attacker turned, as the judge says. */
  readonly fooledBy?: Readonly<Record<Attacker, number>>;
}

/**
 * Runs the attack of a test at each of its budgets; with a second opponent also as that one would, so that both figures
 * are known.
 * @throws UserError when nothing can be concluded: no eligible example, or no gradient to follow on any of them.
 */
export async function evaluate(plan: TestPlan, options: EvaluationOptions): Promise<Round[]> {
  const { judge, images, signal } = options;
  const [opponent, other] = options.opponents;
  const definition = definitionOf(plan.attacks[0].attack);
  const pixels = images.map((image) => image.pixels);
  const cases = toCases(plan, definition.kind, judge, images, await judgeAll(judge, pixels, signal));
  const eligible = cases.filter(({ status }) => status === undefined);
  if (eligible.length === 0) throw nothingEligible(cases);
  const rounds: Round[] = [];
  const attacked: AttackedRound[] = [];
  for (const attack of plan.attacks) {
    const assault = { plan, definition, attack, cases, eligible };
    const result = await attackAt({ ...assault, victim: opponent.victim }, options);
    if (other === undefined) {
      attacked.push(result.attacked);
      rounds.push(result.round);
      continue;
    }
    const rival = await attackAt(
      { ...assault, victim: other.victim },
      { ...options, onExample: () => options.onOther?.() },
    );
    const { attacker = 'unaware' } = other;
    const [own, others] = [result.round, rival.round].map(({ metrics }) => metrics.counts.fooled) as [number, number];
    const [adaptive, unaware] = attacker === 'unaware' ? [own, others] : [others, own];
    attacked.push({ ...result.attacked, fooledBy: { adaptive, unaware } });
    const beside = { attacker, metrics: rival.round.metrics, examples: rival.examples };
    rounds.push({ ...result.round, detection: detectionOf(cases, result.examples, beside) });
  }
  await options.onAttacked?.({
    conditions: { victim: opponent.victim, signal },
    subjects: eligible.map(({ image, goal, seed }) => ({ image: image.pixels, goal, seed })),
    rounds: attacked,
  });
  return rounds;
}

function nothingEligible(cases: readonly Case[]): UserError {
  const count = (wanted: Case['status']) => cases.filter(({ status }) => status === wanted).length;
  const rejected = count('rejected') > 0 ? `its detector rejects ${count('rejected')}, ` : '';
  return new UserError(
    `No image is eligible: of ${cases.length}, the model gets ${count('wrong')} wrong before any attack, ${rejected}and ${count('ineligible')} have the target as their label. Check labels and preprocessing.`,
  );
}

/** One attack at one budget on one victim. */
interface Assault {
  readonly plan: TestPlan;
  readonly definition: AttackDefinition;
  readonly attack: ConfiguredAttack;
  readonly victim: Victim;
  readonly cases: readonly Case[];
  /** Those of the cases that are attacked. */
  readonly eligible: readonly Case[];
}

async function attackAt(
  { plan, definition, attack, victim, cases, eligible }: Assault,
  { judge, signal, onExample }: EvaluationOptions,
): Promise<{ readonly round: Round; readonly examples: readonly Example[]; readonly attacked: AttackedRound }> {
  const { norm, epsilon, quantize } = attack.choice;
  const { axis, stopsAtSuccess } = kinds[definition.kind];
  const examples: Example[] = [];
  const finish = async (example: Example) => {
    examples.push(example);
    await onExample(example, epsilon);
  };
  for (const one of cases) if (one.status) await finish(exampleOf(one, judge));
  const run = runAttack(
    { victim, attack, stopAtSuccess: stopsAtSuccess && definition.fixedBudget, signal },
    eligible.map(({ image, goal, seed }, i) => ({
      image: image.pixels,
      goal,
      seed,
      record: axis === 'epsilon' || isRecorded(plan, image, i),
    })),
  );
  // What the attack itself came to: a detector may have caught what fooled the model that was attacked.
  const distances = eligible.map(() => Infinity);
  const gradients = { zero: 0, nonFinite: 0 };
  for await (const outcome of run) {
    const { best, index } = outcome;
    distances[index] = distanceOf(outcome, norm);
    const one = eligible[index] as Case;
    const flaw = flawOf(outcome);
    if (flaw) gradients[flaw]++;
    // What a detector says of a point is not among the answers that an attack gets.
    const isJudged = victim === judge && plan.detector === undefined;
    const judged = best && (isJudged ? foundAs(best, judge) : await judgePoint(best.point, one, judge));
    const onGrid =
      best && !quantize ? await judgePoint(roundToGrid(one.image.pixels, best.point, norm), one, judge) : undefined;
    await finish({ ...exampleOf(one, judge, outcome, judged), onGrid });
  }
  const metricsOf = (which: 'adversarial' | 'onGrid') =>
    computeMetrics(tallies(examples, which), norm, {
      targeted: plan.target !== undefined,
      guarded: plan.detector !== undefined,
    });
  const round = {
    epsilon,
    parameters: attack.parameters,
    metrics: metricsOf('adversarial'),
    ...(quantize ? {} : { metricsOnGrid: metricsOf('onGrid') }),
    ...stagesOf(examples),
    queries: {
      points: examples.reduce((sum, { queries }) => sum + queries.points, 0),
      gradients: examples.reduce((sum, { queries }) => sum + queries.gradients, 0),
    },
    warnings: judgeGradients(eligible.length, gradients),
  };
  const attacked = { ...(epsilon !== undefined && { epsilon }), distances, queries: round.queries };
  return { round, examples, attacked };
}

/** @param place of the image among those that are attacked */
function isRecorded({ record = 0 }: TestPlan, { file }: LabeledImage, place: number): boolean {
  if (typeof record === 'number') return place < record;
  const path = file.replaceAll('\\', '/');
  return record.some((name) => path === name || path.endsWith(`/${name}`));
}

function stagesOf(examples: readonly Example[]): Pick<Round, 'stages'> {
  const titles = new Set(examples.flatMap(({ stage }) => stage ?? []));
  if (titles.size === 0) return {};
  const fooledBy = (title: string) => examples.filter(({ stage, status }) => stage === title && status === 'fooled');
  return { stages: [...titles].map((title) => ({ title, fooled: fooledBy(title).length })) };
}

/** What was wrong with the gradients of an attack; one that got there had enough to follow, whatever some of them were. */
function flawOf({ best, masked, queries }: Outcome): 'zero' | 'nonFinite' | undefined {
  if (best?.success) return undefined;
  if (masked.nonFinite > 0) return 'nonFinite';
  return masked.zero > 0 && masked.zero === queries.gradients ? 'zero' : undefined;
}

/** Gradients that are masked on every example prove nothing; on some of them they are worth a warning. */
function judgeGradients(
  eligible: number,
  { zero, nonFinite }: { readonly zero: number; readonly nonFinite: number },
): string[] {
  const what = `zero on ${zero} and not finite on ${nonFinite} of ${eligible} eligible images`;
  if (zero + nonFinite === eligible) {
    throw new UserError(
      `The gradient of the loss is ${what}: the attack had nothing to follow, which proves nothing about the model. Attack it with another loss or without gradients.`,
    );
  }
  if (zero + nonFinite === 0) return [];
  const percent = ((100 * (zero + nonFinite)) / eligible).toFixed(0);
  return [`The gradient is ${what} (${percent}%): there the attack had nothing to follow.`];
}

function tallies(examples: readonly Example[], which: 'adversarial' | 'onGrid') {
  return examples.map(({ status, [which]: found }) => {
    if (status !== 'fooled' && status !== 'held') return { status };
    return { status: found?.success ? ('fooled' as const) : ('held' as const), norms: found?.norms };
  });
}
