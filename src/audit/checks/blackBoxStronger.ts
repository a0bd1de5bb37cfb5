import type { AttackDefinition } from '../../attacks/attackDefinition.ts';
import { type Check, outsideNormsOf } from '../check.ts';
import { raySearch } from '../raySearch.ts';
import { squareSearch } from '../squareSearch.ts';
import { isTelling } from '../telling.ts';
import { countSuccesses, type Trial } from '../trial.ts';

/** Points for an image: few for attacks of this kind, and enough to find what masked gradients hide. */
const points = 200;

/** Who has the gradients of a model can do all that one without can do: where a search by trial finds more, they mislead. */
export const blackBoxStronger: Check = {
  id: 'black-box-stronger',
  isEssential: true,
  obstacle: (trial) => outsideNormsOf(searchOn(trial), trial),
  cost: ({ result: { held } }) => points * held.length,
  async examine(trial) {
    const { attack, subjects, result, run } = trial;
    const { budget, held } = result;
    if (!budget) return undefined;
    const found = countSuccesses(await run(searchOn(trial), {}, budget, held));
    if (!isTelling(found, subjects.length)) return undefined;
    return `A random search of ${points} points, which needs no gradients, fools ${found} of the ${held.length} images that held against ${attack.title} (${subjects.length} were looked at).`;
  },
};

/** Labels alone say nothing of how near a point is to success. */
function searchOn({ conditions: { victim } }: Trial): AttackDefinition {
  return victim.access === 'labels' ? raySearch(points) : squareSearch(points);
}
