import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { AttackDefinition, ThreatModel } from '../attacks/attackDefinition.ts';
import type { Answer, Dialogue, Query } from '../attacks/dialogue.ts';
import { type Goal, isReachedBy, lead } from '../attacks/goal.ts';
import { kinds } from '../attacks/kind.ts';
import { isOnGrid } from '../data/grid.ts';
import type { Pixels } from '../data/image.ts';
import type { Budget } from '../geometry/budget.ts';
import type { Norm } from '../geometry/norms.ts';
import { isInRange } from '../geometry/range.ts';
import { allFinite, allZero } from '../geometry/vector.ts';
import { UserError } from '../userError.ts';
import { AnswerCache, keyOf } from './answerCache.ts';
import { type Candidate, gain, type Wish } from './candidate.ts';
import type { ConfiguredAttack } from './configuredAttack.ts';
import { latticeQueries, latticeSearch } from './latticeSearch.ts';
import { meanAnswer } from './meanAnswer.ts';
import { type PendingAsk, pendingAsks, repeated, samplesOf } from './pendingAsk.ts';
import { Progress } from './progress.ts';
import { createProjection, normsWithin, roundToGrid } from './projection.ts';
import { Recorder, type Step } from './recorder.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Victim } from './victim.ts';

/** How an attack is run on many images. */
export interface RunOptions {
  readonly victim: Victim;
  readonly attack: ConfiguredAttack;
  /** The attack itself, where it is in no catalog. */
  readonly definition?: AttackDefinition;
  /** Stop an example at its first success, or let the attack run to its end and keep the best. */
  readonly stopAtSuccess: boolean;
  /** Of two successes the nearer, or the one that was found later; where it is missing the latter for forging alone. */
  readonly prefer?: Wish['prefer'];
  readonly signal?: AbortSignal;
  /** Ask again about a point whose answer is known: an audit wants to see answers change. */
  readonly asksAgain?: boolean;
  /** Is told when the attacks themselves compute. */
  readonly watch?: Stopwatch;
}

/** One image to attack. */
export interface Subject {
  readonly image: Pixels;
  readonly goal: Goal;
  /** Seed of this example's randomness, so that its result does not depend on its neighbors. */
  readonly seed: number;
  /** Keep the points that the attack goes through; of a victim that gives labels only, none are kept. */
  readonly record?: boolean;
  /** Images that the victim already answers as the goal wants; none where it is missing. */
  readonly starts?: readonly Pixels[];
  /** What the attack's generator makes of the image. */
  readonly generated?: Pixels;
}

/** What the attack on one image came to. */
export interface Outcome {
  /** Place of the subject among those that were given. */
  readonly index: number;
  readonly subject: Subject;
  /** The best that was found (see `gain`), a success or not; missing when nothing was within the budget. */
  readonly best?: Candidate;
  /** A point within the budget did what was wanted, on the 8-bit grid or off it. */
  readonly succeededOffGrid: boolean;
  /** The distances of successes by the number of queries at which they were found (see `Progress`). */
  readonly nearest: ReadonlyMap<number, number>;
  /** Where it is recorded, the points that the attack went through, in their order. */
  readonly steps?: readonly Step[];
  /** Points that the victim was asked about, gradients that were computed among them. */
  readonly queries: { readonly points: number; readonly gradients: number };
  /**
   * Gradients that were zero in every value, gradients with a value that is not finite, and points after the first of which
   * the scores were those of the first.
   */
  readonly masked: { readonly zero: number; readonly nonFinite: number; readonly flat: number };
}

const allowed: Record<ThreatModel, readonly Query['kind'][]> = {
  'white-box': ['decision', 'logits', 'pullback', 'propose', 'stage'],
  'score-based': ['decision', 'logits', 'propose', 'stage'],
  'decision-based': ['decision', 'propose', 'stage'],
  transfer: ['decision', 'logits', 'pullback', 'propose', 'stage'],
  'semi-white-box': ['propose', 'stage'],
};

/** Threat models under which questions are all that an attack has. */
const asksAlone: readonly ThreatModel[] = ['score-based', 'decision-based'];

/** The attack on one image: its dialogue, what it waits for, and the best it has found. */
export class Conversation {
  readonly #options: RunOptions & { readonly definition: AttackDefinition };
  readonly #subject: Subject;
  readonly #index: number;
  readonly #budget: Budget;
  readonly #wish: Wish;
  /** The grid is looked at once the attack has ended, since its way there is not bound to it. */
  readonly #settlesLater: boolean;
  readonly #recorder: Recorder | undefined;
  readonly #progress = new Progress();
  #dialogue: Dialogue;
  #stage: string | undefined;
  /** How many of its asks are not answered yet, those that nobody has taken up, and how many there were. */
  #pending = 0;
  #asks: PendingAsk[] = [];
  #asked = 0;
  /** Where questions are what an attack costs. */
  readonly #cache: AnswerCache | undefined;
  #answers: Answer[] = [];
  /** Of answers that are to come, the places that get the answer of another place as well. */
  #copies: { readonly slot: number; readonly of: number }[] = [];
  #best: Candidate | undefined;
  /** The best that is not on the grid, where that is settled later. */
  #bestOffGrid: Candidate | undefined;
  #order = 0;
  /** How many answers the attack takes about a point: what it proposes is judged by as many. */
  #samples = 1;
  #ended = false;
  #settled = false;
  #succeededOffGrid = false;
  #queries = { points: 0, gradients: 0 };
  #masked = { zero: 0, nonFinite: 0, flat: 0 };
  #firstLogits: Float32Array | undefined;

  constructor(options: RunOptions & { readonly definition: AttackDefinition }, subject: Subject, index: number) {
    const { definition, victim } = options;
    const { budget, choice } = options.attack;
    const parameters = { ...options.attack.parameters };
    const { quantize } = choice;
    this.#options = options;
    this.#subject = subject;
    this.#index = index;
    this.#budget = budget;
    this.#wish = {
      norm: this.#budget.norm,
      confidence: definition.confidence?.(parameters) ?? 0,
      prefer: options.prefer ?? kinds[definition.kind].prefer,
    };
    this.#settlesLater = quantize && !Number.isFinite(this.#budget.epsilon);
    const caches = asksAlone.includes(definition.threatModel) && !options.asksAgain;
    this.#cache = caches ? new AnswerCache() : undefined;
    this.#recorder = subject.record && victim.access !== 'labels' ? new Recorder() : undefined;
    this.#dialogue = definition.run({
      image: subject.image,
      shape: victim.input,
      goal: subject.goal,
      budget: this.#budget,
      parameters,
      project: createProjection(subject.image, this.#budget, quantize, victim.input.channels),
      random: xoroshiro128plus(subject.seed),
      starts: subject.starts ?? [],
      ...(subject.generated && { generated: subject.generated }),
    });
    this.#advance([]);
  }

  /** What it has asked since it was last looked at; whoever takes it has to see to the answers. */
  takeAsks(): readonly PendingAsk[] {
    const asks = this.#asks;
    this.#asks = [];
    return asks;
  }

  get done(): boolean {
    return this.#ended && this.#pending === 0;
  }

  get outcome(): Outcome {
    return {
      index: this.#index,
      subject: this.#subject,
      best: this.#best,
      queries: this.#queries,
      masked: this.#masked,
      succeededOffGrid: this.#succeededOffGrid,
      nearest: this.#progress.nearest,
      steps: this.#recorder?.steps,
    };
  }

  /** Takes in an answer. Nothing is decided before all that was asked is answered, so batches cannot matter. */
  answer(ask: PendingAsk, answer: Answer): void {
    this.#pending--;
    this.#count(answer);
    const { sample } = ask;
    if (sample && sample.answers.push(answer) < sample.size) return;
    const mean = sample ? meanAnswer(sample.answers) : answer;
    if (!ask.isAside) {
      this.#record(ask, mean);
      this.#judge(ask, mean);
    }
    this.#cache?.set(ask.key ?? keyOf(ask.point), mean);
    if (ask.slot !== undefined) this.#answers[ask.slot] = this.#visible(mean);
    if (this.#pending > 0) return;
    for (const { slot, of } of this.#copies) this.#answers[slot] = this.#answers[of] as Answer;
    if (this.#ended) this.#settle();
    else if (this.#best?.success && this.#options.stopAtSuccess) this.#end();
    else this.#advance(this.#answers);
  }

  #end(): void {
    this.#ended = true;
    this.#dialogue.return();
  }

  /** Puts asks into the queue; false, and nothing is asked, where no more questions may be asked about this image. */
  #ask(asks: readonly PendingAsk[]): boolean {
    if (this.#queries.points + this.#pending + asks.length > this.#mostQueries) return false;
    this.#pending += asks.length;
    for (const ask of asks) {
      ask.question = ++this.#asked;
      this.#asks.push(ask);
    }
    return true;
  }

  /** Of the asks of a query those whose answers are not known, each point once. */
  #unanswered(asks: readonly PendingAsk[]): readonly PendingAsk[] {
    if (this.#cache === undefined) return asks;
    const places = new Map<string, number>();
    return asks.filter((ask) => {
      const { point, slot = 0 } = ask;
      const key = keyOf(point);
      ask.key = key;
      const known = this.#cache?.get(key);
      if (known) this.#answers[slot] = this.#visible(known);
      const of = places.get(key);
      if (of === undefined) places.set(key, slot);
      else this.#copies.push({ slot, of });
      return known === undefined && of === undefined;
    });
  }

  /** How many points may have been asked about: by the attack a few less, where the grid is looked at after it. */
  get #mostQueries(): number {
    const { victim, attack } = this.#options;
    const limit = Math.min(victim.queryLimit ?? Infinity, attack.choice.queries ?? Infinity);
    return this.#settlesLater && !this.#settled ? limit - Math.min(latticeQueries, Math.ceil(limit / 2)) : limit;
  }

  /** Of an answer, what the threat model lets the attack see. */
  #visible(answer: Answer): Answer {
    return this.#options.definition.threatModel === 'decision-based' ? { decision: answer.decision } : answer;
  }

  /** Of an explanation only the points on its axis count as steps. */
  #record({ order, point, at }: PendingAsk, { logits }: Answer): void {
    if (logits === undefined) return;
    if (kinds[this.#options.definition.kind].axis === 'step' || at !== undefined)
      this.#recorder?.add(order, point, logits, at);
  }

  #count({ logits, gradients = [] }: Answer): void {
    if (logits && !allFinite(logits)) {
      throw new UserError(
        `The model answers ${describeRow(logits)}, which are not all finite numbers: check its weights.`,
      );
    }
    this.#queries.points++;
    if (this.#firstLogits && logits && areEqual(logits, this.#firstLogits)) this.#masked.flat++;
    this.#firstLogits ??= logits;
    for (const gradient of gradients) {
      this.#queries.gradients++;
      if (!allFinite(gradient)) this.#masked.nonFinite++;
      else if (allZero(gradient)) this.#masked.zero++;
    }
  }

  /** Takes the point as an adversarial example if it may be one; off the grid, has the grid point beside it judged. */
  #judge(
    { point, slot, order, stage, isOffGrid, question = this.#asked }: PendingAsk,
    { decision, logits }: Answer,
  ): void {
    const { victim } = this.#options;
    const { quantize } = this.#options.attack.choice;
    const { image, goal } = this.#subject;
    const success = isReachedBy(goal, decision);
    const ahead = logits ? lead(goal, logits) : 0;
    if (!success && this.#isBehind(ahead)) return;
    const norms = normsWithin(image, point, this.#budget, victim.input.channels);
    if (norms === undefined) return;
    this.#succeededOffGrid ||= success;
    if (isOffGrid) return;
    const offGrid = quantize && !isOnGrid(point);
    if (offGrid && !this.#settlesLater) {
      if (success) this.#propose(point, order);
      return;
    }
    // The original is no adversarial example, however far the attack got from there.
    if (slot !== undefined && norms.linf === 0 && !success) return;
    if (success) this.#progress.add(question, norms[this.#wish.norm]);
    const candidate = { point, decision, logits, norms, success, lead: ahead, stage, order };
    if (offGrid) {
      // Points that the search on the grid itself asks about are not to be settled again.
      if (!this.#settled) this.#bestOffGrid = better(candidate, this.#bestOffGrid, this.#wish);
    } else this.#best = better(candidate, this.#best, this.#wish);
  }

  /** Whether failures that came closer, or successes, are known already: most points are such, wherever they lie. */
  #isBehind(ahead: number): boolean {
    return isBehind(ahead, this.#best) && (!this.#settlesLater || isBehind(ahead, this.#bestOffGrid));
  }

  #propose(point: Pixels, order: number): void {
    if (!isInRange(point)) return;
    const { image, goal } = this.#subject;
    const rounds = this.#options.attack.choice.quantize && !this.#settlesLater;
    const judged = rounds ? roundToGrid(image, point, this.#budget.norm) : point.slice();
    const common = { goal, order, stage: this.#stage };
    // In linf the budget itself is rounded, and points that use it up lie on the grid.
    const isCounted =
      rounds && this.#budget.norm !== 'linf' && !this.#succeededOffGrid && this.#mostQueries === Infinity;
    const besides =
      isCounted && !isOnGrid(point) ? [{ ...common, point: Float32Array.from(point), isOffGrid: true }] : [];
    const asks = repeated({ ...common, point: judged }, this.#samples);
    const known = this.#cache?.get(keyOf(judged));
    if (known) for (const ask of asks) this.#judge(ask, known);
    this.#ask([...(known ? [] : asks), ...besides]);
  }

  /** After the attack: looks for a point of the grid that does what the best point beside it does. */
  #settle(): void {
    const found = this.#bestOffGrid;
    if (found === undefined || this.#settled) return;
    this.#settled = true;
    const { definition, victim } = this.#options;
    const { image, goal } = this.#subject;
    this.#stage = found.stage;
    this.#ended = false;
    this.#dialogue = latticeSearch({ image, goal, input: victim.input, found, ...this.#wish }, definition.threatModel);
    this.#advance([]);
  }

  /** Resumes the attack until it asks something or ends. */
  #advance(answers: readonly Answer[]): void {
    let reply = answers;
    for (;;) {
      const before = this.#options.watch?.enter('attack');
      const { done, value: query } = this.#dialogue.next(reply);
      if (before) this.#options.watch?.enter(before);
      if (done) {
        this.#ended = true;
        if (this.#pending === 0) this.#settle();
        return;
      }
      const { definition } = this.#options;
      const { goal } = this.#subject;
      if (!allowed[definition.threatModel].includes(query.kind)) {
        throw new Error(`${definition.id} is ${definition.threatModel} and asked for ${query.kind}`);
      }
      if (query.kind === 'stage') {
        this.#stage = query.title;
      } else if (query.kind === 'propose') {
        for (const point of query.points) this.#propose(point, this.#order++);
      } else if (query.points.length > 0) {
        this.#answers = [];
        this.#copies = [];
        if (query.kind === 'pullback') this.#samples = samplesOf(query);
        const asks = pendingAsks(query, goal, this.#stage, this.#order);
        this.#order += query.points.length;
        const open = this.#unanswered(asks);
        if (open.length > 0) {
          if (this.#ask(open)) return;
          this.#end();
          if (this.#pending === 0) this.#settle();
          return;
        }
        reply = this.#answers;
        continue;
      }
      reply = [];
    }
  }
}

function isBehind(ahead: number, known: Candidate | undefined): boolean {
  return known !== undefined && (known.success || ahead < known.lead);
}

/** Of two candidates the better one; the new one with a point of its own, since the attack goes on with that. */
function better(found: Candidate, known: Candidate | undefined, wish: Wish): Candidate {
  const isBetter = known === undefined || gain(found, known, wish) > 0;
  return isBetter ? { ...found, point: found.point.slice() } : known;
}

function areEqual(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function describeRow(logits: Float32Array): string {
  return `${Array.from(logits.slice(0, 4), String).join(', ')}${logits.length > 4 ? ', …' : ''}`;
}

/** How far the adversarial example of an attack is in a norm; `Infinity` where there is none. */
export function distanceOf({ best }: Outcome, norm: Norm): number {
  return best?.success ? best.norms[norm] : Infinity;
}
