import type { Check } from '../check.ts';
import { epsilonText } from '../epsilonText.ts';
import { isTelling } from '../telling.ts';

/** Who knows of a defense can do all that one can who does not: where the latter fools more, knowing it misleads. */
export const unawareAttackerStronger: Check = {
  id: 'unaware-attacker-stronger',
  cost: () => 0,
  async examine({ rounds }) {
    for (const { epsilon, fooledBy, distances } of rounds) {
      if (fooledBy === undefined) continue;
      const { adaptive, unaware } = fooledBy;
      if (!isTelling(unaware - adaptive, distances.length)) continue;
      const where = epsilon === undefined ? '' : ` at ${epsilonText(epsilon)}`;
      return `An attacker who does not know of the defense fools ${unaware} of ${distances.length} images${where}, and one who does only ${adaptive}.`;
    }
    return undefined;
  },
};
