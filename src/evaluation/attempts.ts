import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { kinds } from '../attacks/kind.ts';
import type { Pixels } from '../data/image.ts';
import type { StoredImage } from '../data/storedImage.ts';
import { type ConfiguredAttack, definitionOf } from '../runner/configuredAttack.ts';
import { distanceOf, type Outcome, type Subject } from '../runner/conversation.ts';
import { roundToGrid } from '../runner/projection.ts';
import { runAttack } from '../runner/runAttack.ts';
import type { Stopwatch } from '../runner/stopwatch.ts';
import type { Victim } from '../runner/victim.ts';
import type { Case } from './cases.ts';
import { type AttackResult, foundAs, judgePoint } from './example.ts';
import type { TestPlan } from './plan.ts';
import { startsAmong } from './starts.ts';

/** One attack at one budget by one opponent, and who judges. */
export interface AttemptOptions {
  readonly plan: TestPlan;
  readonly attack: ConfiguredAttack;
  /** What is attacked, in turn: of each image the worst counts. */
  readonly victims: readonly [Victim, ...Victim[]];
  readonly judge: Victim;
  readonly cases: readonly Case[];
  /** Those of the cases that are attacked. */
  readonly eligible: readonly Case[];
  readonly signal?: AbortSignal | undefined;
  readonly watch?: Stopwatch | undefined;
  /** What the attack's generator makes of an image, where it has one. */
  readonly generate?: ((image: Pixels) => Promise<Pixels>) | undefined;
}

/**
 * What an attack lacked: gradients to follow, scores that tell points apart, or by predictions alone, at any distance, a point
 * to start from.
 */
export type Flaw = 'zero' | 'nonFinite' | 'flat' | 'noStart';

/** One that got there had enough, whatever some of its gradients were. */
function flawOf({ best, masked, queries }: Outcome, { threatModel, fixedBudget }: AttackDefinition): Flaw | undefined {
  if (best?.success) return undefined;
  if (threatModel === 'decision-based' && !fixedBudget) return 'noStart';
  if (threatModel === 'score-based' && queries.points > 1 && masked.flat === queries.points - 1) return 'flat';
  if (masked.nonFinite > 0) return 'nonFinite';
  return masked.zero > 0 && masked.zero === queries.gradients ? 'zero' : undefined;
}

/** What the attack on one image came to. */
export interface Attempt {
  readonly result: AttackResult;
  /** What was found fools whoever judges. */
  readonly success: boolean;
  /** How far the attack itself had to go: a detector may have caught what fooled the model that was attacked. */
  readonly distance: number;
  readonly succeededOffGrid: boolean;
  readonly flaw: Flaw | undefined;
  readonly nearest: Outcome['nearest'];
  /** What the model was asked that was attacked, and whether it was fooled. */
  readonly onVictim: { readonly queries: Outcome['queries']; readonly isFooled: boolean };
}

/** Attacks images, and has what is found judged. */
export async function* attemptsOn(
  victim: Victim,
  attacked: readonly Case[],
  { plan, attack, judge, cases, eligible, victims, signal, watch, generate }: AttemptOptions,
  { stopsAtSuccess, isTransfer }: { readonly stopsAtSuccess: boolean; readonly isTransfer: boolean },
): AsyncGenerator<{ readonly one: Case; readonly attempt: Attempt }> {
  const { norm, quantize } = attack.choice;
  const definition = definitionOf(attack.attack);
  const { kind, fixedBudget } = definition;
  const startsFor = startsAmong(cases);
  const records = kinds[kind].axis === 'epsilon';
  // Within a budget an attack on a surrogate goes on to its end; one that looks for what is nearest is taken at its word.
  const prefer = isTransfer && fixedBudget ? ({ prefer: 'latest' } as const) : {};
  const run = runAttack(
    { victim, attack, stopAtSuccess: stopsAtSuccess, ...prefer, ...(signal && { signal }), ...(watch && { watch }) },
    subjects(),
  );
  const places = new Map(eligible.map(({ index }, place) => [index, place]));
  async function* subjects(): AsyncGenerator<Subject> {
    for (const { index, image, goal, seed } of attacked) {
      const record = records || isRecorded(plan, image, places.get(index) as number);
      const starts = definition.threatModel === 'decision-based' ? { starts: await startsFor(goal) } : {};
      const pixels = await image.load();
      const generated = generate && { generated: await generate(pixels) };
      yield { image: pixels, goal, seed, ...starts, ...generated, record };
    }
  }
  for await (const outcome of run) {
    const { best, index, subject, queries, steps } = outcome;
    const one = attacked[index] as Case;
    // What a detector says of a point is not among the answers that an attack gets.
    const isJudged = victim === judge && plan.detector === undefined;
    const adversarial = best && (isJudged ? foundAs(best, judge) : await judgePoint(best.point, subject, judge));
    const onGrid =
      best && !quantize ? await judgePoint(roundToGrid(subject.image, best.point, norm), subject, judge) : undefined;
    const stage = [victims.length > 1 ? (victim.title ?? []) : [], best?.stage ?? []].flat().join(': ');
    const judged = [adversarial, onGrid].filter((found) => found !== undefined).length;
    const result = {
      ...(adversarial && { adversarial }),
      ...(onGrid && { onGrid }),
      queries: isTransfer ? { points: judged, gradients: 0 } : queries,
      ...(steps && { steps }),
      ...(stage !== '' && { stage }),
    };
    const success = adversarial?.success ?? false;
    const distance = isTransfer && !success ? Infinity : distanceOf(outcome, norm);
    const { succeededOffGrid, nearest } = outcome;
    const flaw = flawOf(outcome, definition);
    const onVictim = { queries, isFooled: best?.success ?? false };
    yield { one, attempt: { result, success, distance, succeededOffGrid, flaw, nearest, onVictim } };
  }
}

/** What is kept of an attempt whose example was reported. */
export function withoutResult(attempt: Attempt): Attempt {
  const { queries } = attempt.result;
  return { ...attempt, result: { queries } };
}

/** What two attempts on an image come to: it is undecided only if neither had anything to follow. */
export function worse(a: Attempt | undefined, b: Attempt): Attempt {
  if (a === undefined) return b;
  const isNearer = b.distance < a.distance || (b.success && !a.success);
  const best = isNearer && !(a.success && !b.success) ? b : a;
  const [points, gradients] = (['points', 'gradients'] as const).map(
    (key) => a.result.queries[key] + b.result.queries[key],
  );
  return {
    result: { ...best.result, queries: { points: points as number, gradients: gradients as number } },
    success: a.success || b.success,
    distance: Math.min(a.distance, b.distance),
    succeededOffGrid: a.succeededOffGrid || b.succeededOffGrid,
    flaw: a.flaw && b.flaw,
    nearest: isNearer ? b.nearest : a.nearest,
    onVictim: b.onVictim,
  };
}

/** @param place of the image among those that are attacked */
function isRecorded({ record = 0 }: TestPlan, { file }: StoredImage, place: number): boolean {
  if (typeof record === 'number') return place < record;
  const path = file.replaceAll('\\', '/');
  return record.some((name) => path === name || path.endsWith(`/${name}`));
}
