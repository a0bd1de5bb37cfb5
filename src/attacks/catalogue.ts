import { apgd } from './apgd.ts';
import { auto } from './auto.ts';
import { cw } from './cw.ts';
import { deepfool } from './deepfool.ts';
import type { AttackDefinition } from './definition.ts';
import { fab } from './fab.ts';
import { fgsm } from './fgsm.ts';
import { fmn } from './fmn.ts';
import { forge } from './forge.ts';
import { ifgsm } from './ifgsm.ts';
import { jsma } from './jsma.ts';
import { jsmaOnePixel } from './jsmaOnePixel.ts';
import { linear } from './linear.ts';
import { mifgsm } from './mifgsm.ts';
import { pgd } from './pgd.ts';
import { sigmaZero } from './sigmaZero.ts';

/** Every attack there is, by its name in settings, in the order in which lists show them. */
export const catalogue: ReadonlyMap<string, AttackDefinition> = new Map(
  [fgsm, ifgsm, pgd, mifgsm, apgd, fab, deepfool, jsma, jsmaOnePixel, cw, fmn, sigmaZero, forge, linear, auto].map(
    (attack) => [attack.id, attack as unknown as AttackDefinition],
  ),
);
