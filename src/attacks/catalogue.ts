import { apgd } from './apgd.ts';
import type { AttackDefinition } from './definition.ts';
import { fgsm } from './fgsm.ts';
import { ifgsm } from './ifgsm.ts';
import { mifgsm } from './mifgsm.ts';
import { pgd } from './pgd.ts';

/** Every attack there is, by its name in settings, in the order in which lists show them. */
export const catalogue: ReadonlyMap<string, AttackDefinition> = new Map(
  [fgsm, ifgsm, pgd, mifgsm, apgd].map((attack) => [attack.id, attack as unknown as AttackDefinition]),
);
