import type { Check } from '../check.ts';
import { judgmentsOfSample } from '../judgmentsOfSample.ts';

/** How far from 1 probabilities in float32 may add up to. */
const rounding = 1e-3;

/** The cross-entropy of probabilities that are taken for logits has hardly a gradient where the model is sure. */
export const softmaxOutput: Check = {
  id: 'softmax-output',
  isEssential: true,
  obstacle: ({ conditions: { victim } }) => (victim.access === 'labels' ? 'the model gives labels only' : undefined),
  cost: ({ subjects }) => subjects.length,
  async examine(trial) {
    const rows = (await judgmentsOfSample(trial)).map(({ logits }) => logits);
    if (!rows.every((row) => row && isDistribution(row))) return undefined;
    const images = rows.length === 1 ? 'the image that was' : `all of the ${rows.length} images that were`;
    return `The model answers with probabilities on ${images} looked at, where attacks need logits.`;
  },
};

function isDistribution(row: Float32Array): boolean {
  return row.every((value) => value >= 0) && Math.abs(row.reduce((a, b) => a + b) - 1) < rounding;
}
