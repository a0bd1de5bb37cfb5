import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { createGoal, type Goal } from '../attacks/goal.ts';
import { type Kind, kinds } from '../attacks/kind.ts';
import { matchLabels } from '../data/labels.ts';
import type { StoredImage } from '../data/storedImage.ts';
import { argmax } from '../models/functional.ts';
import { exampleSeed } from '../runner/exampleSeed.ts';
import type { Judgment, Victim } from '../runner/victim.ts';
import { UserError } from '../userError.ts';
import type { Status } from './metrics.ts';
import type { TestPlan } from './plan.ts';

/** An image of a test with its goal; `status` is set where it is not attacked. */
export interface Case {
  readonly index: number;
  readonly image: StoredImage;
  readonly goal: Goal;
  /** What the model says before the attack. */
  readonly clean: Judgment;
  readonly seed: number;
  readonly status?: Exclude<Status, 'fooled' | 'held'>;
}

/**
 * Gives each image its goal.
 * @param victim what decides in the test.
 * @param judgments what it says of each image.
 * @throws UserError for an answer that is not finite, or a target that is no class of the model.
 */
export function toCases(
  plan: TestPlan,
  kind: Kind,
  victim: Victim,
  images: readonly StoredImage[],
  judgments: readonly Judgment[],
): Case[] {
  const target = resolveTarget(plan, victim);
  const { hasTrueLabel } = kinds[kind];
  return images.map((image, i) => {
    const clean = judgments[i] as Judgment;
    const { decision, logits } = clean;
    if (logits && !logits.every(Number.isFinite)) {
      throw new UserError(
        `${image.file}: the model's answer is not a finite number. Check its weights and preprocessing.`,
      );
    }
    // A forged image is right for no class, so what its start was taken for will do.
    const label = hasTrueLabel ? (image.label ?? decision) : decision;
    const seed = exampleSeed(plan.seed, image.sha256);
    const wanted = target?.(label, clean, seed);
    const goal = createGoal(label, wanted);
    const common = { index: i, image, clean, seed, goal };
    if (decision !== label) return { ...common, status: 'wrong' };
    if (clean.rejected) return { ...common, status: 'rejected' };
    return { ...common, ...(wanted === label && hasTrueLabel ? { status: 'ineligible' } : {}) };
  });
}

type ChooseTarget = (label: number, clean: Judgment, seed: number) => number;

function resolveTarget({ target }: TestPlan, { classes, access }: Victim): ChooseTarget | undefined {
  if (target === undefined) return undefined;
  if (target === 'least-likely') {
    if (access === 'labels') {
      throw new UserError('The least likely class is not known of a model that gives labels only. Change "target".');
    }
    return (_, { logits = new Float32Array() }) => argmax(logits.map((value) => -value));
  }
  if (target === 'random') {
    return (label, _, seed) => {
      const draw = uniformInt(xoroshiro128plus(seed), 0, classes.length - 2);
      return draw < label ? draw : draw + 1;
    };
  }
  const index = matchLabels([target], classes, 'Change "target" of this test').get(target) as number;
  return () => index;
}
