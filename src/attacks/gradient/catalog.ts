import type { AttackDefinition } from '../attackDefinition.ts';
import { apgd } from './apgd/apgd.ts';
import { cw } from './cw/cw.ts';
import { deepfool } from './deepfool.ts';
import { fab } from './fab.ts';
import { fgsm } from './fgsm.ts';
import { fmn } from './fmn.ts';
import { forge } from './forge.ts';
import { ifgsm } from './ifgsm.ts';
import { jsma } from './jsma/jsma.ts';
import { jsmaOnePixel } from './jsma/jsmaOnePixel.ts';
import { linear } from './linear.ts';
import { mifgsm } from './mifgsm.ts';
import { mtpgd } from './mtpgd.ts';
import { pgd } from './pgd.ts';
import { sigmaZero } from './sigmaZero.ts';

/** The attacks that follow gradients, in the order in which lists show them. */
export const gradientAttacks = [
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
  forge,
  linear,
] as unknown as readonly AttackDefinition[];
