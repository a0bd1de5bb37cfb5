import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { catalogue } from '../attacks/catalogue.ts';
import { type AttackDefinition, completeParameters, type Kind } from '../attacks/definition.ts';
import { createGoal, type Goal, isReached } from '../attacks/goal.ts';
import { distances, type Norms } from '../attacks/norms.ts';
import type { Pixels } from '../data/image.ts';
import { matchLabels } from '../data/labels.ts';
import type { Classifier } from '../models/classifier.ts';
import { argmax, softmax } from '../models/functional.ts';
import { UserError } from '../userError.ts';
import type { LabeledImage } from './loadExamples.ts';
import { computeMetrics, type Metrics, type Status } from './metrics.ts';
import type { TestPlan } from './plan.ts';
import { budgetOnGrid, roundToGrid } from './projection.ts';
import type { Step } from './recorder.ts';
import { type Outcome, runAttack } from './runner.ts';

/** What the model says about an image: the class, and its softmax probability. */
export interface Prediction {
  readonly class: string;
  readonly confidence: number;
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
  readonly warnings: readonly string[];
}

/** What an evaluation needs beside its plan. */
export interface EvaluationOptions {
  readonly classifier: Classifier;
  readonly images: readonly LabeledImage[];
  readonly signal?: AbortSignal;
  /** Called once for each example and budget, when it is done. */
  onExample(example: Example, epsilon: number | undefined): void | Promise<void>;
}

/**
 * Runs the attack of a test at each of its budgets.
 * @throws UserError when nothing can be concluded: no eligible example, or no gradient to follow on any of them.
 */
export async function evaluate(plan: TestPlan, options: EvaluationOptions): Promise<Round[]> {
  const attack = catalogue.get(plan.attack);
  if (attack === undefined) throw new UserError(`There is no attack "${plan.attack}".`);
  const subjects = await chooseGoals(plan, attack.kind, options);
  if (!subjects.some(({ status }) => status === undefined)) {
    const wrong = subjects.filter(({ status }) => status === 'wrong').length;
    throw new UserError(
      `No image is eligible: of ${subjects.length}, the model gets ${wrong} wrong before any attack, and ${subjects.length - wrong} have the target as their label. Check labels and preprocessing.`,
    );
  }
  const rounds: Round[] = [];
  for (const epsilon of attack.fixedBudget ? plan.epsilons : [undefined])
    rounds.push(await attackAt(plan, attack, epsilon, subjects, options));
  return rounds;
}

/** An image with its goal; `status` is set where it is not attacked. */
interface Subject {
  readonly index: number;
  readonly image: LabeledImage;
  readonly goal: Goal;
  readonly clean: Float32Array;
  readonly seed: number;
  readonly status?: 'wrong' | 'ineligible';
}

async function chooseGoals(
  plan: TestPlan,
  kind: Kind,
  { classifier, images, signal }: EvaluationOptions,
): Promise<Subject[]> {
  const logits = await logitsOf(
    classifier,
    images.map(({ pixels }) => pixels),
    signal,
  );
  const target = resolveTarget(plan, classifier);
  return images.map((image, i) => {
    const clean = logits[i] as Float32Array;
    if (!clean.every(Number.isFinite)) {
      throw new UserError(
        `${image.file}: the model's answer is not a finite number. Check its weights and preprocessing.`,
      );
    }
    // A forged image is right for no class, so what its start was taken for will do.
    const label = kind === 'forge' ? argmax(clean) : (image.label ?? argmax(clean));
    const seed = seedOf(plan.seed, image.sha256);
    const wanted = target?.(label, clean, seed);
    const wrong = argmax(clean) !== label;
    const status = wrong ? 'wrong' : wanted === label && kind !== 'forge' ? 'ineligible' : undefined;
    return { index: i, image, clean, seed, goal: createGoal(label, wanted), status };
  });
}

type ChooseTarget = (label: number, clean: Float32Array, seed: number) => number;

function resolveTarget({ target }: TestPlan, { classes }: Classifier): ChooseTarget | undefined {
  if (target === undefined) return undefined;
  if (target === 'least-likely') return (_, clean) => argmax(clean.map((value) => -value));
  if (target === 'random') {
    return (label, _, seed) => {
      const draw = uniformInt(xoroshiro128plus(seed), 0, classes.length - 2);
      return draw < label ? draw : draw + 1;
    };
  }
  const index = matchLabels([target], classes, 'Change "target" of this test').get(target) as number;
  return () => index;
}

/** A seed of the example's own, whatever else is in the run. */
function seedOf(seed: number, sha256: string): number {
  return createHash('sha256').update(`${seed} ${sha256}`).digest().readInt32LE();
}

async function logitsOf(
  classifier: Classifier,
  images: readonly Pixels[],
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (let start = 0; start < images.length; start += classifier.batchSize) {
    signal?.throwIfAborted();
    rows.push(...(await classifier.logits(images.slice(start, start + classifier.batchSize))));
  }
  return rows;
}

async function attackAt(
  plan: TestPlan,
  attack: AttackDefinition,
  epsilon: number | undefined,
  subjects: readonly Subject[],
  { classifier, signal, onExample }: EvaluationOptions,
): Promise<Round> {
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
      classifier,
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
  let [zero, nonFinite] = [0, 0];
  for await (const outcome of run) {
    const subject = eligible[outcome.index] as Subject;
    // An attack that got there had enough to follow, whatever some of its gradients were.
    const { best, masked, queries } = outcome;
    if (!best?.success && masked.nonFinite > 0) nonFinite++;
    else if (!best?.success && masked.zero > 0 && masked.zero === queries.gradients) zero++;
    const onGrid = quantize ? undefined : await judgeOnGrid(classifier, subject, outcome, norm);
    await finish({ ...describe(subject, classifier, outcome), onGrid });
  }
  const targeted = plan.target !== undefined;
  return {
    epsilon,
    parameters,
    metrics: computeMetrics(tallies(examples, 'adversarial'), norm, targeted),
    ...(quantize ? {} : { metricsOnGrid: computeMetrics(tallies(examples, 'onGrid'), norm, targeted) }),
    ...stagesOf(examples),
    queries: {
      points: examples.reduce((sum, { queries }) => sum + queries.points, 0),
      gradients: examples.reduce((sum, { queries }) => sum + queries.gradients, 0),
    },
    warnings: judgeGradients(eligible.length, zero, nonFinite),
  };
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
  return [`The gradient is ${what} (${percent} %): there the attack had nothing to follow.`];
}

function describe(subject: Subject, { classes }: Classifier, outcome?: Outcome): Example {
  const { image, goal, clean, seed } = subject;
  const best = outcome?.best;
  return {
    index: subject.index,
    image,
    status: subject.status ?? (best?.success ? 'fooled' : 'held'),
    label: classes[goal.label] as string,
    ...(goal.target === undefined ? {} : { target: classes[goal.target] }),
    clean: predict(classes, clean),
    ...(best
      ? {
          adversarial: {
            pixels: best.point,
            prediction: predict(classes, best.logits),
            norms: best.norms,
            success: best.success,
          },
        }
      : {}),
    ...(best?.stage === undefined ? {} : { stage: best.stage }),
    ...(outcome?.steps ? { steps: outcome.steps } : {}),
    seed,
    queries: outcome?.queries ?? { points: 0, gradients: 0 },
  };
}

/** What the model says of the candidate after it was rounded to the grid, as saving it as an image does. */
async function judgeOnGrid(
  classifier: Classifier,
  { image, goal }: Subject,
  { best }: Outcome,
  norm: TestPlan['norm'],
): Promise<Found | undefined> {
  if (best === undefined) return undefined;
  const pixels = roundToGrid(image.pixels, best.point, norm);
  const [logits] = await classifier.logits([pixels]);
  return {
    pixels,
    prediction: predict(classifier.classes, logits as Float32Array),
    norms: distances(image.pixels, pixels, classifier.input.channels),
    success: isReached(goal, logits as Float32Array),
  };
}

function tallies(examples: readonly Example[], which: 'adversarial' | 'onGrid') {
  return examples.map(({ status, [which]: found }) => {
    if (status !== 'fooled' && status !== 'held') return { status };
    return { status: found?.success ? ('fooled' as const) : ('held' as const), norms: found?.norms };
  });
}

function predict(classes: readonly string[], logits: Float32Array): Prediction {
  const index = argmax(logits);
  return { class: classes[index] as string, confidence: softmax(logits)[index] as number };
}
