import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Kind } from '../attacks/definition.ts';
import { createGoal, type Goal } from '../attacks/goal.ts';
import { matchLabels } from '../data/labels.ts';
import type { LabeledImage } from '../data/loadExamples.ts';
import type { Answered } from '../defenses/guard/guard.ts';
import type { Classifier } from '../models/classifier.ts';
import { argmax } from '../models/functional.ts';
import { UserError } from '../userError.ts';
import type { Status } from './metrics.ts';
import type { TestPlan } from './plan.ts';

/** An image with its goal; `status` is set where it is not attacked. */
export interface Subject {
  readonly index: number;
  readonly image: LabeledImage;
  readonly goal: Goal;
  /** What the model says before the attack. */
  readonly clean: Answered;
  readonly seed: number;
  readonly status?: Exclude<Status, 'fooled' | 'held'>;
}

/**
 * Gives each image its goal.
 * @param answers what the model says of each image.
 * @throws UserError for an answer that is not finite, or a target that is no class of the model.
 */
export function chooseGoals(
  plan: TestPlan,
  kind: Kind,
  classifier: Classifier,
  images: readonly LabeledImage[],
  answers: readonly Answered[],
): Subject[] {
  const target = resolveTarget(plan, classifier);
  return images.map((image, i) => {
    const clean = answers[i] as Answered;
    const { logits } = clean;
    if (!logits.every(Number.isFinite)) {
      throw new UserError(
        `${image.file}: the model's answer is not a finite number. Check its weights and preprocessing.`,
      );
    }
    // A forged image is right for no class, so what its start was taken for will do.
    const label = kind === 'forge' ? argmax(logits) : (image.label ?? argmax(logits));
    const seed = seedOf(plan.seed, image.sha256);
    const wanted = target?.(label, logits, seed);
    const goal = createGoal(label, wanted);
    const common = { index: i, image, clean, seed, goal };
    if (argmax(logits) !== label) return { ...common, status: 'wrong' };
    if (clean.rejected) return { ...common, status: 'rejected' };
    return { ...common, ...(wanted === label && kind !== 'forge' ? { status: 'ineligible' } : {}) };
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
export function seedOf(seed: number, sha256: string): number {
  return createHash('sha256').update(`${seed} ${sha256}`).digest().readInt32LE();
}
