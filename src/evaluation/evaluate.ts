import type { Pixels } from '../data/image.ts';
import type { StoredImage } from '../data/storedImage.ts';
import type { Attacker } from '../defenses/guard/attacker.ts';
import { type ConfiguredAttack, definitionOf } from '../runner/configuredAttack.ts';
import type { RunOptions, Subject } from '../runner/conversation.ts';
import type { Stopwatch } from '../runner/stopwatch.ts';
import { judgeAll, type Victim } from '../runner/victim.ts';
import { UserError } from '../userError.ts';
import { type Case, toCases } from './cases.ts';
import { detectionOf } from './detection.ts';
import type { Example } from './example.ts';
import type { TestPlan } from './plan.ts';
import { attackRound, type Round, type RoundResult, type Successes } from './round.ts';
import { knowledgeOf, type RoundTransfer } from './transfer.ts';
import { verificationOf } from './verification.ts';

/** Someone who attacks, and what they attack. */
export interface Opponent {
  /** What they know of the detector, where there is one. */
  readonly attacker?: Attacker;
  /** More than one where there are several ways to go about it, of which the worst counts. */
  readonly victims: readonly [Victim, ...Victim[]];
  /** What they attack with at a budget of the test, where that is not the attack of the test. */
  attackAt?(attack: ConfiguredAttack): ConfiguredAttack;
}

/** What an evaluation needs beside its plan. */
export interface EvaluationOptions {
  /** What decides: the model, with its detector where the test names one. */
  readonly judge: Victim;
  /** Who attacks: the figures of the first count, and those of the second, if any, stand beside them. */
  readonly opponents: readonly [Opponent, Opponent?];
  readonly images: readonly StoredImage[];
  readonly signal?: AbortSignal;
  /** Is told when the attacks themselves compute. */
  readonly watch?: Stopwatch;
  /** What the generator of the test's attack makes of an image. */
  generate?(image: Pixels): Promise<Pixels>;
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
  readonly subjects: readonly AttackedImage[];
  readonly rounds: readonly AttackedRound[];
}

/** An image that was attacked. */
export interface AttackedImage extends Pick<Subject, 'goal' | 'seed'> {
  load(): Promise<Pixels>;
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
 * Runs the attack of a test at each of its budgets, the smallest first; with a second opponent also as that one would, so
 * that both figures are known.
 * @throws UserError when no image is eligible.
 */
export async function evaluate(plan: TestPlan, options: EvaluationOptions): Promise<Round[]> {
  const { judge, images, signal, watch } = options;
  const [opponent, other] = options.opponents;
  const definition = definitionOf(plan.attacks[0].attack);
  const judgments = await judgeAll(judge, images, (image) => image.load(), signal);
  const cases = toCases(plan, definition.kind, judge, images, judgments);
  const eligible = cases.filter(({ status }) => status === undefined);
  if (eligible.length === 0) throw nothingEligible(cases);
  const common = { plan, judge, cases, eligible, signal, watch, generate: options.generate };
  const surrogate = plan.surrogates && (await knowledgeOf(opponent.victims[0], eligible, signal));
  const rounds = new Map<ConfiguredAttack, { readonly round: Round; readonly attacked: AttackedRound }>();
  const fooled = new Map<Opponent, Successes>();
  for (const attack of plan.attacks.toSorted(byBudget)) {
    const { epsilon } = attack.choice;
    const results = new Map<Opponent, RoundResult>();
    for (const one of [opponent, ...(other ? [other] : [])].sort(byKnowledge)) {
      const onExample = (example: Example) =>
        one === opponent ? options.onExample(example, epsilon) : options.onOther?.();
      // What fools within a smaller budget, or without knowing of the detector, is theirs as well.
      const known: Successes = new Map(
        [fooled.get(one) ?? [], ...[...results.values()].map(({ successes }) => successes)].flatMap((some) => [
          ...some,
        ]),
      );
      const own = one.attackAt?.(attack) ?? attack;
      const keepSuccesses = plan.attacks.length > 1 || other !== undefined;
      const result = await attackRound({
        ...common,
        attack: own,
        victims: one.victims,
        known,
        keepSuccesses,
        onExample,
      });
      results.set(one, result);
      fooled.set(one, result.successes);
    }
    const { round, examples, distances, crafting } = results.get(opponent) as RoundResult;
    const rival = other && results.get(other);
    const transfer = surrogate && crafting && { surrogate, ...crafting, ...(rival && { whiteBox: whiteBoxOf(rival) }) };
    const beside = (plan.detector || plan.purifier) &&
      rival && {
        attacker: other.attacker ?? 'unaware',
        metrics: rival.round.metrics,
        examples: rival.examples,
      };
    rounds.set(attack, {
      round: {
        ...round,
        ...(transfer && { transfer }),
        ...(beside && plan.detector && { detection: detectionOf(cases, examples, beside) }),
        ...(beside &&
          plan.purifier && { purification: { other: { attacker: beside.attacker, metrics: beside.metrics } } }),
        ...(judge.verification && { verification: verificationOf(judge.verification, cases, examples) }),
      },
      attacked: {
        ...(epsilon !== undefined && { epsilon }),
        distances,
        queries: round.queries,
        ...(beside && { fooledBy: fooledBy(results) }),
      },
    });
  }
  const inOrder = plan.attacks.flatMap((attack) => rounds.get(attack) ?? []);
  await options.onAttacked?.({
    conditions: { victim: opponent.victims[0], ...(signal && { signal }) },
    subjects: eligible.map(({ image, goal, seed }) => ({ goal, seed, load: () => image.load() })),
    rounds: inOrder.map(({ attacked }) => attacked),
  });
  return inOrder.map(({ round }) => round);
}

function nothingEligible(cases: readonly Case[]): UserError {
  const count = (wanted: Case['status']) => cases.filter(({ status }) => status === wanted).length;
  const rejected = count('rejected') > 0 ? `its detector rejects ${count('rejected')}, ` : '';
  return new UserError(
    `No image is eligible: of ${cases.length}, the model gets ${count('wrong')} wrong before any attack, ${rejected}and ${count('ineligible')} have the target as their label. Check labels and preprocessing.`,
  );
}

function byBudget(a: ConfiguredAttack, b: ConfiguredAttack): number {
  return (a.choice.epsilon ?? 0) - (b.choice.epsilon ?? 0);
}

/** What an attacker with gradients came to. */
function whiteBoxOf({ attack, round }: RoundResult): NonNullable<RoundTransfer['whiteBox']> {
  return { attack: attack.attack, title: definitionOf(attack.attack).title, metrics: round.metrics };
}

/** What each attacker fooled alone, whatever the other one found. */
function fooledBy(results: ReadonlyMap<Opponent, RoundResult>): Readonly<Record<Attacker, number>> {
  const by = (wanted: Attacker) => [...results].find(([{ attacker }]) => attacker === wanted)?.[1].fooled ?? 0;
  return { adaptive: by('adaptive'), unaware: by('unaware') };
}

/** Those who know nothing of a detector first. */
function byKnowledge(a: Opponent, b: Opponent): number {
  return Number(a.attacker === 'adaptive') - Number(b.attacker === 'adaptive');
}
