import { catalog } from '../attacks/catalog.ts';
import { type AttackDefinition, completeParameters } from '../attacks/definition.ts';
import { isReached } from '../attacks/goal.ts';
import { type AuditedRound, type AuditOptions, distanceOf } from '../audit/trial.ts';
import type { Pixels } from '../data/image.ts';
import type { LabeledImage } from '../data/loadExamples.ts';
import { type Separation, separate } from '../defenses/detectors/separation.ts';
import { type Answered, answer, type Guard, surfaceFor } from '../defenses/guard/guard.ts';
import { distances as distancesBetween, type Norms } from '../geometry/norms.ts';
import type { Classifier } from '../models/classifier.ts';
import { argmax, softmax } from '../models/functional.ts';
import type { Candidate } from '../runner/candidate.ts';
import { budgetOnGrid, roundToGrid } from '../runner/projection.ts';
import type { Step } from '../runner/recorder.ts';
import { type Outcome, runAttack } from '../runner/runAttack.ts';
import { UserError } from '../userError.ts';
import { computeMetrics, type Metrics, type Status } from './metrics.ts';
import type { Attacker, TestPlan } from './plan.ts';
import { chooseGoals, type Subject } from './subjects.ts';

/** What the model says about an image: the class, and its softmax probability. */
export interface Prediction {
  readonly class: string;
  readonly confidence: number;
  /** What the detector says, where there is one: its score, and whether it rejects the image. */
  readonly score?: number;
  readonly rejected?: boolean;
}

/** One example of one attack, as it is reported. */
export interface Example {
  /** Place of the image in the test's list. */
  readonly index: number;
  readonly image: LabeledImage;
  readonly status: Status;
  readonly label: string;
  readonly target?: string;
  readonly clean: Prediction;
  /** The best that the attack found, whether it fooled the model or not. */
  readonly adversarial?: Found;
  /** With the grid off: what becomes of it when it is rounded to the 8-bit grid. */
  readonly onGrid?: Found;
  /** Seed of the example's own randomness. */
  readonly seed: number;
  readonly queries: { readonly points: number; readonly gradients: number };
  /** Where it is recorded, the points that the attack went through. */
  readonly steps?: readonly Step[];
  /** The part of the attack that found the adversarial example. */
  readonly stage?: string;
}

/** A point that an attack found. */
export interface Found {
  readonly pixels: Pixels;
  readonly prediction: Prediction;
  readonly norms: Norms;
  readonly success: boolean;
}

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
  readonly detection?: Detection;
  readonly warnings: readonly string[];
}

/** What a detector came to in a test, and what the same attack comes to with the other attacker. */
export interface Detection {
  /** Clean scores against those of the misclassified examples of this round; missing where there are none. */
  readonly separation?: Separation;
  /** Misclassified examples that the detector rejects. */
  readonly caught: number;
  readonly other: { readonly attacker: Attacker; readonly metrics: Metrics; readonly separation?: Separation };
}

/** What an evaluation needs beside its plan. */
export interface EvaluationOptions {
  readonly classifier: Classifier;
  /** The model's detector, where the test names one. */
  readonly guard?: Guard;
  readonly images: readonly LabeledImage[];
  readonly signal?: AbortSignal;
  /** Called once for each example and budget, when it is done. */
  onExample(example: Example, epsilon: number | undefined): void | Promise<void>;
  /** Called for each example that the other attacker is done with, where there is a detector. */
  onOther?(): void;
  /** Called when all attacks are done, with what an audit needs. */
  onAttacked?(options: AuditOptions): void | Promise<void>;
}

/**
 * Runs the attack of a test at each of its budgets; with a detector also as the attacker would that the test does not
 * name, so that both figures are known.
 * @throws UserError when nothing can be concluded: no eligible example, or no gradient to follow on any of them.
 */
export async function evaluate(plan: TestPlan, options: EvaluationOptions): Promise<Round[]> {
  const { classifier, guard, images, signal } = options;
  const attack = catalog.get(plan.attack);
  if (attack === undefined) throw new UserError(`There is no attack "${plan.attack}".`);
  const pixels = images.map((image) => image.pixels);
  const answers = await answer(classifier, guard, pixels, signal);
  const subjects = chooseGoals(plan, attack.kind, classifier, images, answers);
  if (!subjects.some(({ status }) => status === undefined)) throw nothingEligible(subjects);
  const rounds: Round[] = [];
  const toAudit: AuditedRound[] = [];
  for (const epsilon of attack.fixedBudget ? plan.epsilons : [undefined]) {
    const { round, examples, audited } = await attackAt(
      { plan, attack, epsilon, subjects, attacker: plan.attacker },
      options,
    );
    toAudit.push(audited);
    const { attacker } = plan;
    if (guard === undefined || attacker === undefined) {
      rounds.push(round);
      continue;
    }
    const rival: Attacker = attacker === 'adaptive' ? 'unaware' : 'adaptive';
    const other = await attackAt(
      { plan, attack, epsilon, subjects, attacker: rival },
      { ...options, onExample: () => options.onOther?.() },
    );
    rounds.push({
      ...round,
      detection: {
        ...separationOf(subjects, examples),
        caught: examples.filter(isCaught).length,
        other: { attacker: rival, metrics: other.round.metrics, ...separationOf(subjects, other.examples) },
      },
    });
  }
  const eligible = subjects.filter(({ status }) => status === undefined);
  await options.onAttacked?.({
    conditions: { ...surfaceFor(plan.attacker, classifier, guard), quantize: plan.quantize, signal },
    subjects: eligible.map(({ image, goal, seed }) => ({ image: image.pixels, goal, seed })),
    rounds: toAudit,
  });
  return rounds;
}

function nothingEligible(subjects: readonly Subject[]): UserError {
  const count = (wanted: Subject['status']) => subjects.filter(({ status }) => status === wanted).length;
  const rejected = count('rejected') > 0 ? `its detector rejects ${count('rejected')}, ` : '';
  return new UserError(
    `No image is eligible: of ${subjects.length}, the model gets ${count('wrong')} wrong before any attack, ${rejected}and ${count('ineligible')} have the target as their label. Check labels and preprocessing.`,
  );
}

/** One attack at one budget, by one attacker. */
interface Assault {
  readonly plan: TestPlan;
  readonly attack: AttackDefinition;
  readonly epsilon: number | undefined;
  readonly subjects: readonly Subject[];
  readonly attacker: Attacker | undefined;
}

async function attackAt(
  { plan, attack, epsilon, subjects, attacker }: Assault,
  { classifier, guard, signal, onExample }: EvaluationOptions,
): Promise<{ readonly round: Round; readonly examples: readonly Example[]; readonly audited: AuditedRound }> {
  const { norm, quantize } = plan;
  const budget = { norm, epsilon: epsilon ?? Infinity };
  const effective = quantize ? budgetOnGrid(budget) : budget;
  const parameters = completeParameters(attack, plan.parameters, plan.preset, effective);
  const examples: Example[] = [];
  const finish = async (example: Example) => {
    examples.push(example);
    await onExample(example, epsilon);
  };
  for (const subject of subjects) if (subject.status) await finish(describe(subject, classifier));
  const eligible = subjects.filter(({ status }) => status === undefined);
  const run = runAttack(
    {
      ...surfaceFor(attacker, classifier, guard),
      attack,
      parameters,
      budget,
      quantize,
      stopAtSuccess: attack.kind === 'attack' && attack.fixedBudget,
      signal,
    },
    eligible.map(({ image, goal, seed }, i) => ({
      image: image.pixels,
      goal,
      seed,
      record: attack.kind === 'explanation' || isRecorded(plan, image, i),
    })),
  );
  // What the attack itself came to: a detector may have caught what fooled the model that was attacked.
  const distances = eligible.map(() => Infinity);
  let [zero, nonFinite] = [0, 0];
  for await (const outcome of run) {
    distances[outcome.index] = distanceOf(outcome, norm);
    const subject = eligible[outcome.index] as Subject;
    // An attack that got there had enough to follow, whatever some of its gradients were.
    const { best, masked, queries } = outcome;
    if (!best?.success && masked.nonFinite > 0) nonFinite++;
    else if (!best?.success && masked.zero > 0 && masked.zero === queries.gradients) zero++;
    const judged = best && (guard ? await judge(best.point, subject, classifier, guard) : foundAs(best, classifier));
    const onGrid =
      best && !quantize
        ? await judge(roundToGrid(subject.image.pixels, best.point, norm), subject, classifier, guard)
        : undefined;
    await finish({ ...describe(subject, classifier, outcome, judged), onGrid });
  }
  const metricsOf = (which: 'adversarial' | 'onGrid') =>
    computeMetrics(tallies(examples, which), norm, {
      targeted: plan.target !== undefined,
      guarded: guard !== undefined,
    });
  const round = {
    epsilon,
    parameters,
    metrics: metricsOf('adversarial'),
    ...(quantize ? {} : { metricsOnGrid: metricsOf('onGrid') }),
    ...stagesOf(examples),
    queries: {
      points: examples.reduce((sum, { queries }) => sum + queries.points, 0),
      gradients: examples.reduce((sum, { queries }) => sum + queries.gradients, 0),
    },
    warnings: judgeGradients(eligible.length, zero, nonFinite),
  };
  return { round, examples, audited: { ...(epsilon !== undefined && { epsilon }), distances } };
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

/** Gradients that are masked on every example prove nothing; on some of them they are worth a warning. */
function judgeGradients(eligible: number, zero: number, nonFinite: number): string[] {
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

function describe(subject: Subject, { classes }: Classifier, outcome?: Outcome, found?: Found): Example {
  const { image, goal, clean, seed } = subject;
  const best = outcome?.best;
  return {
    index: subject.index,
    image,
    status: subject.status ?? (found?.success ? 'fooled' : 'held'),
    label: classes[goal.label] as string,
    ...(goal.target === undefined ? {} : { target: classes[goal.target] }),
    clean: predict(classes, clean),
    ...(found ? { adversarial: found } : {}),
    ...(best?.stage === undefined ? {} : { stage: best.stage }),
    ...(outcome?.steps ? { steps: outcome.steps } : {}),
    seed,
    queries: outcome?.queries ?? { points: 0, gradients: 0 },
  };
}

/** A candidate as the runner judged it. */
function foundAs({ point, logits, norms, success }: Candidate, { classes }: Classifier): Found {
  return { pixels: point, prediction: predict(classes, { logits }), norms, success };
}

/** What the model, with its detector, says of a point. */
async function judge(
  pixels: Pixels,
  { image, goal }: Subject,
  classifier: Classifier,
  guard: Guard | undefined,
): Promise<Found> {
  const [answered] = (await answer(classifier, guard, [pixels])) as [Answered];
  return {
    pixels,
    prediction: predict(classifier.classes, answered),
    norms: distancesBetween(image.pixels, pixels, classifier.input.channels),
    success: isReached(goal, answered.logits) && !answered.rejected,
  };
}

function tallies(examples: readonly Example[], which: 'adversarial' | 'onGrid') {
  return examples.map(({ status, [which]: found }) => {
    if (status !== 'fooled' && status !== 'held') return { status };
    return { status: found?.success ? ('fooled' as const) : ('held' as const), norms: found?.norms };
  });
}

function predict(classes: readonly string[], { logits, score, rejected }: Answered): Prediction {
  const index = argmax(logits);
  const prediction = { class: classes[index] as string, confidence: softmax(logits)[index] as number };
  return score === undefined ? prediction : { ...prediction, score, rejected };
}

/** True for an example that the model gets wrong and the detector rejects. */
function isCaught({ adversarial, label, target }: Example): boolean {
  return adversarial?.prediction.rejected === true && isMisclassified(adversarial, label, target);
}

function isMisclassified({ prediction }: Found, label: string, target: string | undefined): boolean {
  return target === undefined ? prediction.class !== label : prediction.class === target;
}

/** Scores of the images that the model gets right against those of the examples that it gets wrong. */
function separationOf(
  subjects: readonly Subject[],
  examples: readonly Example[],
): { readonly separation?: Separation } {
  const clean = subjects.flatMap(({ status, clean: { score } }) => (status === 'wrong' ? [] : (score ?? [])));
  const adversarial = examples.flatMap(({ adversarial: found, label, target }) =>
    found && isMisclassified(found, label, target) ? (found.prediction.score ?? []) : [],
  );
  return clean.length > 0 && adversarial.length > 0 ? { separation: separate(clean, adversarial) } : {};
}
