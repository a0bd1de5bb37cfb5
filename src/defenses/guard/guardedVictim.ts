import type { Answer } from '../../attacks/dialogue.ts';
import type { ImageShape, Pixels } from '../../data/image.ts';
import { addScaled } from '../../geometry/vector.ts';
import type { DifferentiableClassifier } from '../../models/classifier.ts';
import { argmax, type Functional, seed, weigh } from '../../models/functional.ts';
import type { Verification } from '../../models/verification/verification.ts';
import {
  type Judgment as AnyJudgment,
  type Ask,
  answerByKind,
  type GradientAsk,
  pointsOf,
  type Victim,
} from '../../runner/victim.ts';
import type { Detector } from '../detectors/detector.ts';

/** What model and detector say about an image. */
type Judgment = Required<AnyJudgment>;

/** How scores become decisions. */
export interface Threshold {
  /** An image is rejected if its score is above this. */
  readonly threshold: number;
  /** The spread of clean scores, which makes scores comparable to logits. */
  readonly scale: number;
}

/**
 * A classifier and a detector as one victim. Rejection is an extra class, N + 1, with the logit
 *
 *     z_{N+1} = max_i z_i + (score − threshold) / scale,
 *
 * the highest exactly where the detector rejects (Carlini & Wagner 2017, "Adversarial Examples Are Not Easily Detected",
 * section 3.2, there as a product, which needs positive logits).
 *
 * An attacker wants neither the label nor rejection. So attacks see N logits in which rejection counts as the label of
 * the example: z′_label = max(z_label, z_{N+1}). Their prediction differs from the label, or is the target, exactly if
 * the image is so misclassified and accepted, and every attack on a classifier is an adaptive attack on both.
 */
export class GuardedVictim implements Victim {
  readonly title = 'rejection as a class';
  readonly access = 'gradients';
  readonly input: ImageShape;
  readonly classes: readonly string[];
  readonly batchSize: number;
  readonly verification?: Verification;
  readonly #classifier: DifferentiableClassifier;
  readonly #detector: Detector;
  readonly #threshold: Threshold;

  constructor(classifier: DifferentiableClassifier, detector: Detector, threshold: Threshold) {
    this.input = classifier.input;
    this.classes = classifier.classes;
    this.batchSize = classifier.batchSize;
    if (classifier.verification) this.verification = classifier.verification;
    this.#classifier = classifier;
    this.#detector = detector;
    this.#threshold = threshold;
  }

  /** What the model says about each image, and whether the detector rejects it. */
  async judge(images: readonly Pixels[]): Promise<Judgment[]> {
    const rows = await this.#classifier.logits(images);
    const scores = await this.#detector.score(images);
    return images.map((_, i) => {
      const [logits, score] = [rows[i] as Float32Array, scores[i] as number];
      return { decision: argmax(logits), logits, score, rejected: this.#rejects(score) };
    });
  }

  /** Rejection counts as the label of each ask's goal. */
  async answer(asks: readonly Ask[]): Promise<readonly Answer[]> {
    return answerByKind(asks, {
      forward: async (some) => (await this.#views(some)).map(({ merged }) => answerOf(merged)),
      backward: (some) => this.#backward(some),
    });
  }

  async #views(asks: readonly Ask[]): Promise<View[]> {
    const judgments = await this.judge(pointsOf(asks));
    return judgments.map((judgment, i) => this.#merge(judgment, asks[i]?.goal.label as number));
  }

  async #backward(asks: readonly GradientAsk[]): Promise<Answer[]> {
    const images = pointsOf(asks);
    const views = await this.#views(asks);
    const routes = asks.map(({ functionals }, i) => functionals.map((one) => route(one, views[i] as View)));
    const through = await this.#classifier.pullback(
      images,
      routes.map((own) => own.map(({ functional }) => functional)),
    );
    const suspicious = images.flatMap((_, i) => (routes[i]?.some(({ share }) => share !== 0) ? [i] : []));
    const slopes = new Map<number, Float32Array>();
    if (suspicious.length > 0) {
      const { gradients } = await this.#detector.pullback(suspicious.map((i) => images[i] as Float32Array));
      for (const [place, i] of suspicious.entries()) slopes.set(i, gradients[place] as Float32Array);
    }
    return routes.map((own, i) => ({
      ...answerOf((views[i] as View).merged),
      values: own.map(({ value }, k) => value ?? (through.values[i]?.[k] as number)),
      gradients: own.map(({ share }, k) => {
        const gradient = through.gradients[i]?.[k] as Float32Array;
        const slope = slopes.get(i);
        if (share === 0 || slope === undefined) return gradient;
        const factor = share / this.#threshold.scale;
        return addScaled(gradient, slope, factor);
      }),
    }));
  }

  /** A score of NaN is not a good sign. */
  #rejects(score: number): boolean {
    return !(score <= this.#threshold.threshold);
  }

  #merge({ logits, score, rejected }: Judgment, label: number): View {
    const { threshold, scale } = this.#threshold;
    const leader = argmax(logits);
    const top = logits[leader] as number;
    // Rounding must not change the decision.
    const least = Math.max(Math.abs(top), 1) * 2 ** -20;
    const excess = Number.isFinite(score) ? (score - threshold) / scale : farAbove;
    const rejection = top + (rejected ? Math.max(excess, least) : Math.min(excess, -least));
    const merged = logits.slice();
    const byRejection = rejection > (merged[label] as number);
    if (byRejection) merged[label] = rejection;
    return { merged, label, leader, byRejection };
  }
}

function answerOf(logits: Float32Array): Answer & { readonly logits: Float32Array } {
  return { decision: argmax(logits), logits };
}

/** The excess of a score that is not a number, or infinite. */
const farAbove = 1e6;

/** The logits of an image as seen by an attacker. */
interface View {
  readonly merged: Float32Array;
  readonly label: number;
  readonly leader: number;
  /** True if the logit of the label is that of rejection. */
  readonly byRejection: boolean;
}

/**
 * How to compute a functional of the merged logits: from one of the model's, plus a multiple of the detector's score.
 */
interface Route {
  readonly functional: Functional;
  /** Derivative with respect to the logit of rejection. */
  readonly share: number;
  /** Value, if it is not that of `functional`. */
  readonly value?: number;
}

function route(functional: Functional, { merged, label, leader, byRejection }: View): Route {
  if (functional.kind === 'weights' && functional.output !== 'logits') return { functional, share: 0 };
  const { value, gradient } = functional.kind === 'weights' ? weigh(functional, merged) : seed(functional, merged);
  const share = byRejection ? (gradient[label] as number) : 0;
  if (byRejection) {
    gradient[label] = 0;
    gradient[leader] = (gradient[leader] as number) + share;
  }
  return { functional: { kind: 'weights', output: 'logits', weights: gradient }, share, value };
}
