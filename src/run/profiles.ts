import type { TestPlan } from '../evaluation/plan.ts';

/** Images that a quick run attacks at most. */
export const quickImages = 20;

/** Images whose attack is recorded where a test does not say which. */
export const recordedImages = 8;

/** The same test for a first impression: on few images, and without an audit. The report says so. */
export function quickly(plan: TestPlan): TestPlan {
  const { dataset } = plan;
  const limited = dataset && { ...dataset, limit: Math.min(dataset.limit ?? quickImages, quickImages) };
  return { ...plan, ...(limited && { dataset: limited }), audit: false, quick: true };
}

/** The same test with the steps of its attack recorded, so that the perturbation view can play them. */
export function recordingSteps(plan: TestPlan): TestPlan {
  return { ...plan, record: plan.record ?? recordedImages };
}
