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
import { onlyAnswerTo } from './evidence.ts';
import { type Example, exampleOf, summaryOf } from './example.ts';
import type { TestPlan } from './plan.ts';
import { attackRound, type CaseResult, type Round, type RoundResult, roundOf, type Successes } from './round.ts';
import { knowledgeOf, knownTo, type RoundTransfer } from './transfer.ts';
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
  /** What earlier runs finished, by the places of the images: that is not attacked again. */
  readonly finished?: ReadonlyMap<number, FinishedImage>;
  /** The places of the images that are attacked here; all where it is missing. */
  readonly share?: ReadonlySet<number>;
  /** Images that are finished before others are begun, where one takes several rounds; all at once where it is missing. */
  readonly portion?: number;
  readonly signal?: AbortSignal;
  /** Is told when the attacks themselves compute. */
  readonly watch?: Stopwatch;
  /** What the generator of the test's attack makes of an image. */
  generate?(image: Pixels): Promise<Pixels>;
  /** Called once for each example and budget, when it is done. */
  onExample(example: Example, epsilon: number | undefined): void | Promise<void>;
  /** Called with everything that came of an image, as soon as all its examples are reported. */
  onFinished?(image: FinishedImage): void | Promise<void>;
  /** Called for each example that the second opponent is done with. */
  onOther?(): void;
  /** Called when all attacks are done, with what an audit needs. */
  onAttacked?(attacked: Attacked): void | Promise<void>;
}

/** Everything that attacks came to on an image: all that figures are made of, as plain data. */
export interface FinishedImage {
  /** Place of the image in the test's list, and the hash of it. */
  readonly index: number;
  readonly sha256: string;
  /** By budget, the smallest first, and by opponent, in the order of their turns; none where it was not attacked. */
  readonly results: readonly (readonly CaseResult[])[];
  /** With a surrogate: whether that classifies it as labeled. */
  readonly isKnownToSurrogate?: boolean;
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

/** A test with its images judged: what is attacked, and by whom. */
interface Evaluation {
  readonly plan: TestPlan;
  readonly options: EvaluationOptions;
  readonly cases: readonly Case[];
  readonly eligible: readonly Case[];
  /** The smallest budget first: what fools within it counts for the others. */
  readonly attacks: readonly ConfiguredAttack[];
  /** In the order of their turns. */
  readonly opponents: readonly Opponent[];
}

/**
 * Runs the attack of a test at each of its budgets, the smallest first; with a second opponent also as that one would, so
 * that both figures are known.
 * @throws UserError when no image is eligible, or where images of other shares are missing, or earlier runs finished others.
 */
export async function evaluate(plan: TestPlan, options: EvaluationOptions): Promise<Round[]> {
  const evaluation = await judgeImages(plan, options);
  return summarize(evaluation, await attackImages(evaluation));
}

/** Attacks the images of a share alone: no figure is made of them. @throws UserError when no image of the test is eligible. */
export async function evaluateShare(plan: TestPlan, options: EvaluationOptions): Promise<void> {
  await attackImages(await judgeImages(plan, options));
}

async function judgeImages(plan: TestPlan, options: EvaluationOptions): Promise<Evaluation> {
  const { judge, images, signal } = options;
  const definition = definitionOf(plan.attacks[0].attack);
  const judgments = await judgeAll(judge, images, (image) => image.load(), signal);
  const cases = toCases(plan, definition.kind, judge, images, judgments);
  const eligible = cases.filter(({ status }) => status === undefined);
  if (eligible.length === 0) throw nothingEligible(cases);
  const opponents = options.opponents.filter((one) => one !== undefined).sort(byKnowledge);
  return { plan, options, cases, eligible, attacks: plan.attacks.toSorted(byBudget), opponents };
}

/** @returns what is finished, of this run and of earlier ones */
async function attackImages(evaluation: Evaluation): Promise<ReadonlyMap<number, FinishedImage>> {
  const { options, cases } = evaluation;
  const { share, portion = cases.length } = options;
  const finished = new Map(options.finished);
  checkAttacked(evaluation, finished, ({ index }) => finished.has(index));
  const open = cases.filter(({ index }) => !finished.has(index) && (share?.has(index) ?? true));
  // An image that takes a single round is finished with it.
  const size = evaluation.attacks.length * evaluation.opponents.length === 1 ? cases.length : portion;
  for (let start = 0; start < open.length; start += size) {
    await attackPortion(evaluation, open.slice(start, start + size), async (image) => {
      finished.set(image.index, image);
      await options.onFinished?.(image);
    });
  }
  return finished;
}

async function attackPortion(
  evaluation: Evaluation,
  portion: readonly Case[],
  onFinished: (image: FinishedImage) => Promise<void>,
): Promise<void> {
  const { plan, options, cases, eligible, attacks, opponents } = evaluation;
  const { judge, signal, watch } = options;
  const [opponent] = options.opponents;
  const attacked = portion.filter(({ status }) => status === undefined);
  const surrogate = plan.surrogates && (await knownTo(opponent.victims[0], attacked, signal));
  const resultsOf = new Map(portion.map(({ index }) => [index, attacks.map((): CaseResult[] => [])]));
  const finish = async ({ index, image: { sha256 }, status }: Case) => {
    const results = status ? [] : (resultsOf.get(index) ?? []);
    const known = surrogate && !status && { isKnownToSurrogate: surrogate.has(index) };
    await onFinished({ index, sha256, results, ...known });
  };
  const fooled = new Map<Opponent, Successes>();
  for (const [place, attack] of attacks.entries()) {
    const { epsilon } = attack.choice;
    let ofThisBudget: Successes = new Map();
    for (const one of opponents) {
      const isLast = attack === attacks.at(-1) && one === opponents.at(-1);
      const onExample = async (example: Example) => {
        if (one === opponent) await options.onExample(example, epsilon);
        else options.onOther?.();
        if (isLast) await finish(cases[example.index] as Case);
      };
      for (const other of portion) if (other.status) await onExample(exampleOf(other, other.status, judge));
      const successes = await attackRound({
        plan,
        judge,
        cases,
        eligible,
        signal,
        watch,
        generate: options.generate,
        attacked,
        attack: one.attackAt?.(attack) ?? attack,
        victims: one.victims,
        // What fools within a smaller budget, or without knowing of the detector, is theirs as well.
        known: new Map([...(fooled.get(one) ?? []), ...ofThisBudget]),
        keepSuccesses: attacks.length > 1 || opponents.length > 1,
        onResult: async (example, attempt) => {
          resultsOf.get(example.index)?.[place]?.push({ summary: summaryOf(example), attempt });
          await onExample(example);
        },
      });
      fooled.set(one, successes);
      ofThisBudget = new Map([...ofThisBudget, ...successes]);
    }
  }
}

async function summarize(evaluation: Evaluation, finished: ReadonlyMap<number, FinishedImage>): Promise<Round[]> {
  const { plan, options, cases, eligible, attacks, opponents } = evaluation;
  const { judge, signal } = options;
  const [opponent, other] = options.opponents;
  checkAttacked(evaluation, finished);
  const surrogate = plan.surrogates && knowledgeOf(eligible.map(({ index }) => finished.get(index)));
  const onlyAnswer = onlyAnswerTo(cases, judge.classes);
  const rounds = new Map<ConfiguredAttack, { readonly round: Round; readonly attacked: AttackedRound }>();
  for (const [place, attack] of attacks.entries()) {
    const { epsilon } = attack.choice;
    const resultOf = (one: Opponent) => {
      const turn = opponents.indexOf(one);
      const results = new Map(
        eligible.map(({ index }) => [index, finished.get(index)?.results[place]?.[turn] as CaseResult]),
      );
      const own = one.attackAt?.(attack) ?? attack;
      return roundOf({ plan, judge, cases, eligible, attack: own, victims: one.victims }, results);
    };
    const { round, examples, distances, crafting, ...own } = resultOf(opponent);
    const rival = other && resultOf(other);
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
        ...(onlyAnswer !== undefined && { onlyAnswer }),
      },
      attacked: {
        ...(epsilon !== undefined && { epsilon }),
        distances,
        queries: round.queries,
        ...(beside && {
          fooledBy: fooledBy([
            [opponent, own.fooled],
            [other, rival.fooled],
          ]),
        }),
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

/** Figures of a part would pass for those of the whole, and those of other images for those of these. */
function checkAttacked(
  { cases, attacks, opponents }: Evaluation,
  finished: ReadonlyMap<number, FinishedImage>,
  isMeant: (one: Case) => boolean = () => true,
): void {
  const isMissing = ({ index, image, status }: Case) => {
    const known = finished.get(index);
    if (known?.sha256 !== image.sha256) return true;
    const turns = known.results.map(({ length }) => length);
    return status ? turns.length > 0 : String(turns) !== String(attacks.map(() => opponents.length));
  };
  const missing = cases.filter((one) => isMeant(one) && isMissing(one));
  if (missing.length === 0) return;
  throw new UserError(
    `${missing.length} of ${cases.length} images were not attacked as they are here, such as ${missing[0]?.image.file}: an image or the model has changed since, or the model answers differently on this machine. Run the test again, into a new folder.`,
  );
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
function fooledBy(counts: readonly (readonly [Opponent, number])[]): Readonly<Record<Attacker, number>> {
  const by = (wanted: Attacker) => counts.find(([{ attacker }]) => attacker === wanted)?.[1] ?? 0;
  return { adaptive: by('adaptive'), unaware: by('unaware') };
}

/** Those who know nothing of a detector first. */
function byKnowledge(a: Opponent, b: Opponent): number {
  return Number(a.attacker === 'adaptive') - Number(b.attacker === 'adaptive');
}
