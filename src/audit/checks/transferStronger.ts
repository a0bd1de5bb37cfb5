import type { Pixels } from '../../data/image.ts';
import type { Budget } from '../../geometry/budget.ts';
import { definitionOf } from '../../runner/configuredAttack.ts';
import type { Subject } from '../../runner/conversation.ts';
import { outcomesOf } from '../../runner/runAttack.ts';
import type { Victim } from '../../runner/victim.ts';
import { type Check, outsideNormsOf } from '../check.ts';
import { passesOf } from '../passes.ts';
import { isTelling } from '../telling.ts';
import { transfer } from '../transfer.ts';
import { countSuccesses, type Trial } from '../trial.ts';

/** Steps on a surrogate (Dong et al. 2018, arXiv:1710.06081, section 4). */
const steps = 10;

const momentum = definitionOf('mifgsm');

/** Who has the gradients of a model can do all that one without can do: where those of another model find more, they mislead. */
export const transferStronger: Check = {
  id: 'transfer-stronger',
  obstacle(trial) {
    if (trial.surrogates.length === 0) return 'the test is for no other model with the same images and classes';
    return outsideNormsOf(momentum, trial);
  },
  // The steps, the last point, and the same point on the model itself.
  cost: ({ result: { held }, surrogates }) =>
    held.length * surrogates.length * passesOf({ points: steps + 2, gradients: steps }),
  async examine(trial) {
    const { attack, subjects, surrogates } = trial;
    const { budget, held } = trial.result;
    if (!budget) return undefined;
    for (const surrogate of surrogates) {
      const found = await countTransferred(trial, surrogate, budget);
      if (!isTelling(found, subjects.length)) continue;
      return `Adversarial examples of another model fool ${found} of the ${held.length} images that held against ${attack.title} (${subjects.length} were looked at).`;
    }
    return undefined;
  },
};

async function countTransferred(
  { conditions, result: { held }, configure, run }: Trial,
  surrogate: Victim,
  budget: Budget,
): Promise<number> {
  const attack = configure(momentum, { steps }, budget);
  // What barely fools the surrogate fools nothing else.
  const options = { ...conditions, victim: surrogate, attack, prefer: 'latest', stopAtSuccess: false } as const;
  const outcomes = await outcomesOf(options, held);
  const points = new Map<Pixels, Pixels>();
  for (const { index, best } of outcomes) if (best) points.set((held[index] as Subject).image, best.point);
  return countSuccesses(await run(transfer(points), {}, budget, held));
}
