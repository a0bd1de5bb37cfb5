import type { Pixels } from '../../data/image.ts';
import type { Budget } from '../../geometry/budget.ts';
import { definitionOf } from '../../runner/configuredAttack.ts';
import type { Subject } from '../../runner/conversation.ts';
import { outcomesOf } from '../../runner/runAttack.ts';
import type { Victim } from '../../runner/victim.ts';
import { type Check, isTelling } from '../check.ts';
import { signNoise } from '../signNoise.ts';
import { transfer } from '../transfer.ts';
import { countSuccesses, type Trial } from '../trial.ts';

const draws = 100;
/** Steps on a surrogate (Dong et al. 2018, arXiv:1710.06081, section 4). */
const steps = 10;

/** Who has the gradients of a model can do all that one without can do: where chance or another model finds more, they mislead. */
export const transferOrBlackBoxStronger: Check = {
  id: 'transfer-or-black-box-stronger',
  async examine(trial) {
    const { attack, subjects, surrogates, run } = trial;
    const { budget, held } = trial.result;
    const noise = signNoise(draws);
    if (!budget || !noise.norms.includes(budget.norm)) return undefined;
    const outcome = `of the ${held.length} images that held against ${attack.title} (${subjects.length} were looked at).`;
    const found = countSuccesses(await run(noise, {}, budget, held));
    if (isTelling(found, subjects.length)) return `${draws} random points within the budget fool ${found} ${outcome}`;
    for (const surrogate of surrogates) {
      const transferred = await countTransferred(trial, surrogate, budget);
      if (isTelling(transferred, subjects.length))
        return `Adversarial examples of another model fool ${transferred} ${outcome}`;
    }
    return undefined;
  },
};

async function countTransferred(
  { conditions, result: { held }, configure, run }: Trial,
  surrogate: Victim,
  budget: Budget,
): Promise<number> {
  const momentum = definitionOf('mifgsm');
  if (!momentum.norms.includes(budget.norm)) return 0;
  const attack = configure(momentum, { steps }, budget);
  // What barely fools the surrogate fools nothing else.
  const options = { ...conditions, victim: surrogate, attack, prefer: 'latest', stopAtSuccess: false } as const;
  const outcomes = await outcomesOf(options, held);
  const points = new Map<Pixels, Pixels>();
  for (const { index, best } of outcomes) if (best) points.set((held[index] as Subject).image, best.point);
  return countSuccesses(await run(transfer(points), {}, budget, held));
}
