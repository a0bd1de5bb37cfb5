import { blockShuffle } from './blockShuffle.ts';
import { bySize } from './bySize.ts';
import { diverseInputs } from './diverseInputs.ts';
import type { Method } from './method.ts';
import { operatorPerturbation } from './operatorPerturbation.ts';
import { plain } from './plain.ts';
import { scaleInvariance } from './scaleInvariance.ts';
import { translationInvariance } from './translationInvariance.ts';
import { varianceTuning } from './varianceTuning.ts';

/** Every method of the transfer attack, by its name in settings, the default first. */
export const methods = {
  'by-size': bySize,
  bsr: blockShuffle,
  ops: operatorPerturbation,
  vmi: varianceTuning,
  si: scaleInvariance,
  ti: translationInvariance,
  di: diverseInputs,
  mi: plain,
} as const satisfies Readonly<Record<string, Method>>;

export type MethodName = keyof typeof methods;
