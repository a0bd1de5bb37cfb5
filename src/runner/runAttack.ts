import { setImmediate as nextTurn } from 'node:timers/promises';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { AttackDefinition, ThreatModel } from '../attacks/definition.ts';
import type { Answer, Dialogue, Query } from '../attacks/dialogue.ts';
import { type Goal, isReached } from '../attacks/goal.ts';
import { isOnGrid } from '../data/grid.ts';
import type { Pixels } from '../data/image.ts';
import type { GuardedClassifier } from '../defenses/guard/guardedClassifier.ts';
import type { Budget } from '../geometry/budget.ts';
import { distances } from '../geometry/norms.ts';
import { isInRange } from '../geometry/range.ts';
import { type Classifier, type DifferentiableClassifier, isDifferentiable } from '../models/classifier.ts';
import { argmax, type Functional } from '../models/functional.ts';
import { UserError } from '../userError.ts';
import { type Candidate, gain, type Wish } from './candidate.ts';
import { latticeSearch } from './latticeSearch.ts';
import { budgetOnGrid, createProjection, isWithin, roundToGrid } from './projection.ts';
import { Recorder, type Step } from './recorder.ts';

/** One image to attack. */
export interface Subject {
  readonly image: Pixels;
  readonly goal: Goal;
  /** Seed of this example's randomness, so that its result does not depend on its neighbors. */
  readonly seed: number;
  /** Keep the points that the attack goes through. */
  readonly record?: boolean;
}

/** How an attack is run on many images. */
export interface RunOptions {
  readonly classifier: Classifier;
  /** The classifier with its detector, where the attack is to get past both. */
  readonly guarded?: GuardedClassifier;
  readonly attack: AttackDefinition;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly budget: Budget;
  /** Adversarial examples live on the 8-bit grid. */
  readonly quantize: boolean;
  /** Stop an example at its first success, or let the attack run to its end and keep the best. */
  readonly stopAtSuccess: boolean;
  /** Of two successes the nearer, or the one that was found later; where it is missing the latter for forging alone. */
  readonly prefer?: Wish['prefer'];
  readonly signal?: AbortSignal;
}

/** What the attack on one image came to. */
export interface Outcome {
  /** Place of the subject in the list that was given. */
  readonly index: number;
  /** The best that was found (see `gain`), a success or not; missing when nothing was within the budget. */
  readonly best?: Candidate;
  /** Where it is recorded, the points that the attack went through, in their order. */
  readonly steps?: readonly Step[];
  /** Points that the model was asked about, gradients that were computed among them. */
  readonly queries: { readonly points: number; readonly gradients: number };
  /** Gradients that were zero in every value, and gradients with a value that is not finite. */
  readonly masked: { readonly zero: number; readonly nonFinite: number };
}

/** A point that waits for its turn in a batch. */
interface Ask {
  readonly conversation: Conversation;
  readonly point: Pixels;
  readonly functionals?: readonly Functional[];
  /** Place among the answers of the query; a point that is only to be judged has none. */
  readonly slot?: number;
  /** When the attack came up with the point, counted from its start. */
  readonly order: number;
  /** Its place on the axis of an explanation. */
  readonly at?: number;
  readonly stage?: string;
}

const allowed: Record<ThreatModel, readonly Query['kind'][]> = {
  'white-box': ['decision', 'logits', 'pullback', 'propose', 'stage'],
  'score-based': ['decision', 'logits', 'propose', 'stage'],
  'decision-based': ['decision', 'propose', 'stage'],
};

/**
 * Attacks many images at once, packing the queries of different examples into full batches; examples are yielded as they
 * finish. What an example comes to does not depend on the others.
 * @throws UserError when the model cannot answer what the attack asks, or answers with numbers that are not finite.
 */
export async function* runAttack(options: RunOptions, subjects: readonly Subject[]): AsyncGenerator<Outcome> {
  const { classifier, attack, signal } = options;
  if (attack.threatModel === 'white-box' && !isDifferentiable(classifier)) {
    const why = classifier.obstacle === undefined ? '' : `: ${classifier.obstacle}`;
    throw new UserError(`${attack.title} needs gradients, and this model gives none${why}.`);
  }
  const { batchSize } = classifier;
  const waiting = subjects.map((subject, index) => ({ subject, index })).values();
  let active: Conversation[] = [];
  for (;;) {
    // Twice a batch, so that full batches can be made while examples differ in what they ask.
    while (active.length < 2 * batchSize) {
      const next = waiting.next();
      if (next.done) break;
      const conversation = new Conversation(options, next.value.subject, next.value.index);
      if (conversation.done) yield conversation.outcome;
      else active.push(conversation);
    }
    if (active.length === 0) return;
    // Engines compute without giving way; messages, such as a cancellation, get their turn here.
    await nextTurn();
    signal?.throwIfAborted();
    await answerBatch(options, active, batchSize);
    for (const { outcome, done } of active) if (done) yield outcome;
    active = active.filter(({ done }) => !done);
  }
}

async function answerBatch(
  { classifier, guarded }: RunOptions,
  active: readonly Conversation[],
  batchSize: number,
): Promise<void> {
  const asks = active.flatMap(({ asks }) => asks);
  const pullbacks = asks.filter(({ functionals }) => functionals);
  const forwards = asks.filter(({ functionals }) => !functionals);
  const batch = (pullbacks.length >= Math.min(forwards.length, batchSize) ? pullbacks : forwards).slice(0, batchSize);
  const points = batch.map(({ point }) => point);
  const labels = batch.map(({ conversation }) => conversation.label);
  const answers =
    batch[0]?.functionals === undefined
      ? (await (guarded ? guarded.logits(points, labels) : classifier.logits(points))).map((logits) => ({ logits }))
      : await pullback({ classifier, guarded }, points, labels, batch);
  batch.forEach((ask, i) => {
    const answer = answers[i] as Omit<Answer, 'decision'> & { logits: Float32Array };
    ask.conversation.answer(ask, { decision: argmax(answer.logits), ...answer });
  });
}

async function pullback(
  { classifier, guarded }: Pick<RunOptions, 'classifier' | 'guarded'>,
  points: readonly Pixels[],
  labels: readonly number[],
  batch: readonly Ask[],
) {
  const functionals = batch.map(({ functionals }) => functionals as readonly Functional[]);
  const { logits, values, gradients } = guarded
    ? await guarded.pullback(points, functionals, labels)
    : await (classifier as DifferentiableClassifier).pullback(points, functionals);
  return points.map((_, i) => ({ logits: logits[i], values: values[i], gradients: gradients[i] }));
}

/** The attack on one image: its dialogue, what it waits for, and the best it has found. */
class Conversation {
  readonly #options: RunOptions;
  readonly #subject: Subject;
  readonly #index: number;
  readonly #budget: Budget;
  readonly #wish: Wish;
  /** The grid is looked at once the attack has ended, since its way there is not bound to it. */
  readonly #settlesLater: boolean;
  readonly #recorder: Recorder | undefined;
  #dialogue: Dialogue;
  #stage: string | undefined;
  #asks: Ask[] = [];
  #answers: Answer[] = [];
  #best: Candidate | undefined;
  /** The best that is not on the grid, where that is settled later. */
  #bestOffGrid: Candidate | undefined;
  #order = 0;
  #ended = false;
  #settled = false;
  #queries = { points: 0, gradients: 0 };
  #masked = { zero: 0, nonFinite: 0 };

  constructor(options: RunOptions, subject: Subject, index: number) {
    const { attack, quantize, classifier } = options;
    const parameters = options.parameters as Record<string, unknown>;
    this.#options = options;
    this.#subject = subject;
    this.#index = index;
    this.#budget = quantize ? budgetOnGrid(options.budget) : options.budget;
    this.#wish = {
      goal: subject.goal,
      norm: this.#budget.norm,
      confidence: attack.confidence?.(parameters) ?? 0,
      prefer: options.prefer ?? (attack.kind === 'forge' ? 'latest' : 'nearest'),
    };
    this.#settlesLater = quantize && !Number.isFinite(this.#budget.epsilon);
    this.#recorder = subject.record ? new Recorder() : undefined;
    this.#dialogue = attack.run({
      image: subject.image,
      shape: classifier.input,
      goal: subject.goal,
      budget: this.#budget,
      parameters,
      project: createProjection(subject.image, this.#budget, quantize),
      random: xoroshiro128plus(subject.seed),
    });
    this.#advance([]);
  }

  /** The class of the image. */
  get label(): number {
    return this.#subject.goal.label;
  }

  get asks(): readonly Ask[] {
    return this.#asks;
  }

  get done(): boolean {
    return this.#ended && this.#asks.length === 0;
  }

  get outcome(): Outcome {
    return {
      index: this.#index,
      best: this.#best,
      queries: this.#queries,
      masked: this.#masked,
      steps: this.#recorder?.steps,
    };
  }

  /** Takes in an answer. Nothing is decided before all that was asked is answered, so batches cannot matter. */
  answer(ask: Ask, answer: Answer & { logits: Float32Array }): void {
    this.#asks = this.#asks.filter((other) => other !== ask);
    this.#count(answer);
    this.#record(ask, answer.logits);
    this.#judge(ask, answer.logits);
    if (ask.slot !== undefined) this.#answers[ask.slot] = this.#visible(answer);
    if (this.#asks.length > 0) return;
    if (this.#ended) this.#settle();
    else if (this.#best?.success && this.#options.stopAtSuccess) {
      this.#ended = true;
      this.#dialogue.return();
    } else this.#advance(this.#answers);
  }

  /** Of an answer, what the threat model lets the attack see. */
  #visible({ logits, ...answer }: Answer): Answer {
    return this.#options.attack.threatModel === 'decision-based' ? answer : { logits, ...answer };
  }

  /** Of an explanation only the points on its axis count as steps. */
  #record({ order, point, at }: Ask, logits: Float32Array): void {
    if (this.#options.attack.kind !== 'explanation' || at !== undefined) this.#recorder?.add(order, point, logits, at);
  }

  #count({ logits, gradients = [] }: Answer & { logits: Float32Array }): void {
    if (!logits.every(Number.isFinite)) {
      throw new UserError(
        `The model answers ${describeRow(logits)}, which are not all finite numbers: check its weights.`,
      );
    }
    this.#queries.points++;
    for (const gradient of gradients) {
      this.#queries.gradients++;
      if (!gradient.every(Number.isFinite)) this.#masked.nonFinite++;
      else if (gradient.every((value) => value === 0)) this.#masked.zero++;
    }
  }

  /** Takes the point as an adversarial example if it may be one; off the grid, has the grid point beside it judged. */
  #judge({ point, slot, order, stage }: Ask, logits: Float32Array): void {
    const { quantize, classifier } = this.#options;
    const { image, goal } = this.#subject;
    const success = isReached(goal, logits);
    if (!isWithin(image, point, this.#budget, classifier.input.channels)) return;
    const offGrid = quantize && !isOnGrid(point);
    if (offGrid && !this.#settlesLater) {
      if (success) this.#propose(point, order);
      return;
    }
    const norms = distances(image, point, classifier.input.channels);
    // The original is no adversarial example, however far the attack got from there.
    if (slot !== undefined && norms.linf === 0 && !success) return;
    const candidate = { point, logits, norms, success, stage, order };
    if (offGrid) {
      // Points that the search on the grid itself asks about are not to be settled again.
      if (!this.#settled) this.#bestOffGrid = better(candidate, this.#bestOffGrid, this.#wish);
    } else this.#best = better(candidate, this.#best, this.#wish);
  }

  #propose(point: Pixels, order: number): void {
    if (!isInRange(point)) return;
    const { image } = this.#subject;
    const rounds = this.#options.quantize && !this.#settlesLater;
    const judged = rounds ? roundToGrid(image, point, this.#budget.norm) : point.slice();
    this.#asks.push({ conversation: this, point: judged, order, stage: this.#stage });
  }

  /** After the attack: looks for a point of the grid that does what the best point beside it does. */
  #settle(): void {
    const found = this.#bestOffGrid;
    if (found === undefined || this.#settled) return;
    this.#settled = true;
    const { attack, classifier } = this.#options;
    const { image } = this.#subject;
    this.#stage = found.stage;
    this.#ended = false;
    this.#dialogue = latticeSearch({ image, input: classifier.input, found, ...this.#wish }, attack.threatModel);
    this.#advance([]);
  }

  /** Resumes the attack until it asks something or ends. */
  #advance(answers: readonly Answer[]): void {
    let reply = answers;
    for (;;) {
      const { done, value: query } = this.#dialogue.next(reply);
      if (done) {
        this.#ended = true;
        if (this.#asks.length === 0) this.#settle();
        return;
      }
      const { attack } = this.#options;
      if (!allowed[attack.threatModel].includes(query.kind)) {
        throw new Error(`${attack.id} is ${attack.threatModel} and asked for ${query.kind}`);
      }
      if (query.kind === 'stage') {
        this.#stage = query.title;
      } else if (query.kind === 'propose') {
        for (const point of query.points) this.#propose(point, this.#order++);
      } else if (query.points.length > 0) {
        this.#answers = [];
        this.#asks.push(...this.#toAsks(query));
        return;
      }
      reply = [];
    }
  }

  #toAsks(query: Query): Ask[] {
    return query.points.map((point, slot) => ({
      conversation: this,
      // A copy: what was judged must not change when the attack writes to its point again.
      point: point.slice(),
      slot,
      order: this.#order++,
      stage: this.#stage,
      ...(query.kind === 'logits' ? { at: query.at?.[slot] } : {}),
      ...(query.kind === 'pullback' ? { functionals: query.functionals[slot] as readonly Functional[] } : {}),
    }));
  }
}

function better(a: Candidate, b: Candidate | undefined, wish: Wish): Candidate {
  return b === undefined || gain(a, b, wish) > 0 ? a : b;
}

function describeRow(logits: Float32Array): string {
  return `${Array.from(logits.slice(0, 4), String).join(', ')}${logits.length > 4 ? ', …' : ''}`;
}
