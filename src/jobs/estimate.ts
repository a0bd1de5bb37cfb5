import { createGoal } from '../attacks/goal.ts';
import { auditAllowance } from '../audit/audit.ts';
import { passesOf } from '../audit/passes.ts';
import { listExamples } from '../data/loadExamples.ts';
import { noiseImages } from '../data/noiseImages.ts';
import { openGuarded } from '../defenses/guard/openGuarded.ts';
import { openPurified } from '../defenses/purifiers/openPurified.ts';
import { type Estimate, longRun, pointsPerImage } from '../evaluation/estimate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { definitionOf } from '../runner/configuredAttack.ts';
import { type Victim, victimOf } from '../runner/victim.ts';
import type { JobContext } from './job.ts';
import { openSurrogates } from './openSurrogates.ts';
import { whiteBoxOf } from './whiteBox.ts';

/**
 * Measures how long one point takes for each victim that the test attacks, and multiplies; the audit takes what it may. No
 * image of the dataset is read.
 * @throws UserError where the test cannot run either; the signal's reason when `signal` aborts.
 */
export async function estimate(plan: TestPlan, { models, signal }: JobContext<never>): Promise<Estimate> {
  const { classifier, sha256 } = await models.open(plan.model);
  signal.throwIfAborted();
  const { fixedBudget } = definitionOf(plan.attacks[0].attack);
  const guarded = plan.detector && (await openGuarded(plan.detector, classifier, sha256, fixedBudget));
  const purified = plan.purifier && (await openPurified(plan.purifier.path, classifier, sha256, models.computing));
  const surrogates = plan.surrogates && (await openSurrogates(plan.surrogates, classifier, models.computing));
  try {
    const own = victimOf(classifier);
    const victims = guarded
      ? Object.values(guarded.attacked).flat()
      : [purified ? victimOf(purified.classifier) : (surrogates?.victim ?? own), ...(purified ? [own] : [])];
    const [victim] = victims as [Victim];
    const images = await countImages(plan, victim);
    const points = pointsPerImage(plan, victim) * images;
    const beside = surrogates && own.access === 'gradients' ? plan.attacks.map(whiteBoxOf) : [];
    // What is crafted elsewhere is only judged.
    const asked = surrogates ? images * plan.attacks.length : points + (plan.audit ? auditPoints(victim, points) : 0);
    const queries = images + asked;
    const time = async () => {
      let seconds = 0;
      for (const one of victims) {
        signal.throwIfAborted();
        const perPoint = await timePoint(one, images, plan.seed);
        seconds += points * perPoint;
        if (one === victim && plan.audit) seconds += auditPoints(one, points) * perPoint;
      }
      if (beside.length > 0) {
        seconds += pointsPerImage({ attacks: beside }, own) * images * (await timePoint(own, images, plan.seed));
      }
      return seconds;
    };
    // The first batch makes memory and graphs ready. Where the test is short even at its pace, a second says nothing new;
    // nothing is made ready for what is asked over a network.
    const isRemote = plan.model.endpoint !== undefined;
    const first = await time();
    const seconds = first > longRun && !isRemote ? await time() : first;
    const cost = own.costPerQuery === undefined ? undefined : queries * own.costPerQuery;
    return { seconds, images, ...(isRemote && { queries }), ...(cost !== undefined && { cost }) };
  } finally {
    guarded?.opened.detector.dispose?.();
    purified?.dispose();
    surrogates?.dispose();
  }
}

/** About how many points the audit may ask about after an attack that asks about so many. */
function auditPoints({ access }: Victim, points: number): number {
  const passesOfPoint = passesOf({ points: 1, gradients: access === 'gradients' ? 1 : 0 });
  return Math.round(auditAllowance(passesOfPoint * points) / passesOfPoint);
}

/** Seconds that the dearest answer about an image takes, in batches of noise as large as those of the test. */
async function timePoint(victim: Victim, images: number, seed: number): Promise<number> {
  const size = Math.min(victim.batchSize, images);
  const noise = noiseImages(victim.input, seed);
  const goal = createGoal(0);
  const asks = Array.from({ length: size }, (_, i) => ({
    point: noise[i % noise.length]?.pixels as Float32Array,
    goal,
    ...(victim.access === 'gradients' && { functionals: [goal.loss] }),
  }));
  const start = performance.now();
  await victim.answer(asks);
  return (performance.now() - start) / 1000 / size;
}

/** How many images the test is about, by their names alone. */
async function countImages(plan: TestPlan, { classes, input }: Victim): Promise<number> {
  const { dataset, seed } = plan;
  if (dataset === undefined) return noiseImages(input, seed).length;
  return (await listExamples({ dataset, classNames: classes, classes: plan.classes, seed })).files.length;
}
