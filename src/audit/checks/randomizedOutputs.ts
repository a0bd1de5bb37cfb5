import type { Check } from '../check.ts';
import { logitsOfSample } from '../logitsOfSample.ts';

/** Threads that add up in another order change logits by a few millionths of the largest; more is no rounding. */
const rounding = 1e-4;

/** A model that answers differently every time has gradients that point elsewhere every time. */
export const randomizedOutputs: Check = {
  id: 'randomized-outputs',
  async examine(trial) {
    const [first, second] = [await logitsOfSample(trial), await logitsOfSample(trial)];
    const changes = first.map((row, i) => relativeChange(row, second[i] as Float32Array));
    const changed = changes.filter((change) => change > rounding).length;
    if (changed === 0) return undefined;
    const most = (100 * Math.max(...changes)).toPrecision(2);
    return `Asked twice about the same images, the model answers differently on ${changed} of ${first.length}: logits change by up to ${most}% of the largest.`;
  },
};

function relativeChange(a: Float32Array, b: Float32Array): number {
  const largest = [...a, ...b].reduce((size, value) => Math.max(size, Math.abs(value)), 0);
  const change = a.reduce((size, value, i) => Math.max(size, Math.abs(value - (b[i] as number))), 0);
  return change === 0 ? 0 : change / largest;
}
