import { isReachedBy } from '../attacks/goal.ts';
import type { Pixels } from '../data/image.ts';
import type { StoredImage } from '../data/storedImage.ts';
import { distances, type Norms } from '../geometry/norms.ts';
import { softmax } from '../models/functional.ts';
import { similaritiesIn } from '../models/verification/verification.ts';
import type { Candidate } from '../runner/candidate.ts';
import type { Subject } from '../runner/conversation.ts';
import type { Step } from '../runner/recorder.ts';
import type { Judgment, Victim } from '../runner/victim.ts';
import type { Case } from './cases.ts';
import type { Status } from './metrics.ts';

/** What the model says about an image: the class, and its softmax probability. */
export interface Prediction {
  readonly class: string;
  /** Missing where the model gives labels only. */
  readonly confidence?: number;
  /** The most probable classes, at most five, the most probable first; missing where the model gives labels only. */
  readonly top?: readonly { readonly class: string; readonly confidence: number }[];
  /** Where the model compares embeddings: the cosine similarity to each enrolled identity, in the order of the classes. */
  readonly similarities?: readonly number[];
  /** What the detector says, where there is one: its score, and whether it rejects the image. */
  readonly score?: number;
  readonly rejected?: boolean;
}

/** What an attack on an image came to. */
export interface AttackResult {
  /** The best that it found, whether it fooled the model or not; missing where nothing was within the budget. */
  readonly adversarial?: Found;
  /** With the grid off: what becomes of that when it is rounded to the 8-bit grid. */
  readonly onGrid?: Found;
  readonly queries: { readonly points: number; readonly gradients: number };
  /** Where it is recorded, the points that the attack went through. */
  readonly steps?: readonly Step[];
  /** The part of the attack that found it. */
  readonly stage?: string;
}

/** One example of one attack, as it is reported. */
export interface Example extends AttackResult {
  /** Place of the image in the test's list. */
  readonly index: number;
  readonly image: StoredImage;
  readonly status: Status;
  readonly label: string;
  readonly target?: string;
  readonly clean: Prediction;
  /** Seed of the example's own randomness. */
  readonly seed: number;
}

/** What a point came to that an attack found. */
export interface Judged {
  readonly prediction: Prediction;
  readonly norms: Norms;
  readonly success: boolean;
}

/** A point that an attack found. */
export interface Found extends Judged {
  readonly pixels: Pixels;
}

/** What is kept of an example that was reported: nothing as large as an image. */
export interface ExampleSummary extends Pick<Example, 'index' | 'status' | 'label' | 'target' | 'queries' | 'stage'> {
  readonly adversarial?: Judged;
  readonly onGrid?: Judged;
}

export function summaryOf({
  index,
  status,
  label,
  target,
  queries,
  stage,
  adversarial,
  onGrid,
}: Example): ExampleSummary {
  return {
    index,
    status,
    label,
    queries,
    ...(target !== undefined && { target }),
    ...(stage !== undefined && { stage }),
    ...(adversarial && { adversarial: judgedOf(adversarial) }),
    ...(onGrid && { onGrid: judgedOf(onGrid) }),
  };
}

function judgedOf({ prediction, norms, success }: Found): Judged {
  return { prediction, norms, success };
}

/** An example as it is reported. @param result what the attack came to, where there was one. */
export function exampleOf(
  { index, image, goal, clean, seed }: Case,
  status: Status,
  victim: Victim,
  result: AttackResult = { queries: { points: 0, gradients: 0 } },
): Example {
  return {
    index,
    image,
    status,
    label: victim.classes[goal.label] as string,
    ...(goal.target === undefined ? {} : { target: victim.classes[goal.target] }),
    clean: predictionOf(clean, victim),
    seed,
    ...result,
  };
}

/** A candidate as the runner judged it: for a victim that decides itself. */
export function foundAs({ point, decision, logits, norms, success }: Candidate, victim: Victim): Found {
  return { pixels: point, prediction: predictionOf({ decision, logits }, victim), norms, success };
}

/** What the victim that decides says of a point. */
export async function judgePoint(pixels: Pixels, { image, goal }: Subject, judge: Victim): Promise<Found> {
  const [judgment] = (await judge.judge([pixels])) as [Judgment];
  return {
    pixels,
    prediction: predictionOf(judgment, judge),
    norms: distances(image, pixels, judge.input.channels),
    success: isReachedBy(goal, judgment.decision) && !judgment.rejected,
  };
}

function predictionOf(
  { decision, logits, score, rejected }: Judgment,
  { classes, verification }: Pick<Victim, 'classes' | 'verification'>,
): Prediction {
  return {
    class: classes[decision] as string,
    ...(logits && confidences(softmax(logits), decision, classes)),
    ...(logits && verification && { similarities: similaritiesIn(logits) }),
    ...(score === undefined ? {} : { score, rejected }),
  };
}

/** Classes that a prediction names. */
const named = 5;

function confidences(
  probabilities: Float64Array,
  decision: number,
  classes: readonly string[],
): Required<Pick<Prediction, 'confidence' | 'top'>> {
  const order = [...probabilities.keys()].sort((a, b) => (probabilities[b] as number) - (probabilities[a] as number));
  const top = order
    .slice(0, named)
    .map((place) => ({ class: classes[place] as string, confidence: probabilities[place] as number }));
  return { confidence: probabilities[decision] as number, top };
}

/** True where the model predicts what the attack wanted, whether its detector rejects that or not. */
export function isMisclassified({ prediction }: Judged, { label, target }: Pick<Example, 'label' | 'target'>): boolean {
  return target === undefined ? prediction.class !== label : prediction.class === target;
}
