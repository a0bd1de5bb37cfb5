import type { AttackDefinition } from './attackDefinition.ts';
import { apgd } from './gradient/apgd/apgd.ts';
import { auto } from './gradient/auto.ts';
import { cw } from './gradient/cw/cw.ts';
import { deepfool } from './gradient/deepfool.ts';
import { fab } from './gradient/fab.ts';
import { fgsm } from './gradient/fgsm.ts';
import { fmn } from './gradient/fmn.ts';
import { forge } from './gradient/forge.ts';
import { ifgsm } from './gradient/ifgsm.ts';
import { jsma } from './gradient/jsma/jsma.ts';
import { jsmaOnePixel } from './gradient/jsma/jsmaOnePixel.ts';
import { linear } from './gradient/linear.ts';
import { mifgsm } from './gradient/mifgsm.ts';
import { mtpgd } from './gradient/mtpgd.ts';
import { pgd } from './gradient/pgd.ts';
import { sigmaZero } from './gradient/sigmaZero.ts';
import { transfer } from './transfer/transfer.ts';

/** Every attack there is, by its name in settings, in the order in which lists show them. */
export const catalog: ReadonlyMap<string, AttackDefinition> = new Map(
  [
    fgsm,
    ifgsm,
    pgd,
    mtpgd,
    mifgsm,
    apgd,
    fab,
    deepfool,
    jsma,
    jsmaOnePixel,
    cw,
    fmn,
    sigmaZero,
    transfer,
    forge,
    linear,
    auto,
  ].map((attack) => [attack.id, attack as unknown as AttackDefinition]),
);
