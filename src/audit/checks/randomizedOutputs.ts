import { lengthOf } from '../../geometry/norms.ts';
import { subtract } from '../../geometry/vector.ts';
import type { Judgment } from '../../runner/victim.ts';
import type { Check } from '../check.ts';
import { judgmentsOfSample } from '../judgmentsOfSample.ts';

/** Threads that add up in another order change logits by a few millionths of the largest; more is no rounding. */
const rounding = 1e-4;

/** A model that answers differently every time has gradients that point elsewhere every time. */
export const randomizedOutputs: Check = {
  id: 'randomized-outputs',
  isEssential: true,
  obstacle: ({ attack, choice: { parameters } }) =>
    isOfExpectation(parameters) ? `${attack.title} attacks the mean of many answers` : undefined,
  cost: ({ subjects }) => 2 * subjects.length,
  async examine(trial) {
    const [first, second] = [await judgmentsOfSample(trial), await judgmentsOfSample(trial)];
    const changes = first.map((judgment, i) => changeBetween(judgment, second[i] as Judgment));
    const changed = changes.filter((change) => change > rounding).length;
    if (changed === 0) return undefined;
    const again = `Asked twice about the same images, the model answers differently on ${changed} of ${first.length}`;
    if (trial.conditions.victim.access === 'labels') return `${again}.`;
    const most = (100 * Math.max(...changes)).toPrecision(2);
    return `${again}: logits change by up to ${most}% of the largest.`;
  },
};

/** True of parameters by which an attack follows the mean gradient of several draws (Athalye et al. 2018, arXiv:1802.00420). */
function isOfExpectation({ eot, version }: Readonly<Record<string, unknown>>): boolean {
  return (typeof eot === 'number' && eot > 1) || version === 'rand';
}

/** Relative to the largest logit; of labels alone, 1 where they differ. */
function changeBetween(a: Judgment, b: Judgment): number {
  if (a.logits && b.logits) return relativeChange(a.logits, b.logits);
  return a.decision === b.decision ? 0 : 1;
}

function relativeChange(a: Float32Array, b: Float32Array): number {
  const largest = Math.max(lengthOf(a, 'linf'), lengthOf(b, 'linf'));
  const change = lengthOf(subtract(a, b), 'linf');
  return change === 0 ? 0 : change / largest;
}
