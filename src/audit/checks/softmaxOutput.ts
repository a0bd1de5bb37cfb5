import type { Check } from '../check.ts';
import { judgmentsOfSample } from '../judgmentsOfSample.ts';

/** How far from 1 probabilities in float32 may add up to. */
const rounding = 1e-3;

/** The cross-entropy of probabilities that are taken for logits has hardly a gradient where the model is sure. */
export const softmaxOutput: Check = {
  id: 'softmax-output',
  async examine(trial) {
    const rows = (await judgmentsOfSample(trial)).map(({ logits }) => logits);
    if (!rows.every((row) => row && isDistribution(row))) return undefined;
    return `The model answers with probabilities on all of the ${rows.length} images that were looked at, where attacks need logits.`;
  },
};

function isDistribution(row: Float32Array): boolean {
  return row.every((value) => value >= 0) && Math.abs(row.reduce((a, b) => a + b) - 1) < rounding;
}
