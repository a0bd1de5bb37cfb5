import type { Check } from './check.ts';
import { moreStepsChangeResult } from './checks/moreStepsChangeResult.ts';
import { randomizedOutputs } from './checks/randomizedOutputs.ts';
import { singleStepBeatsIterative } from './checks/singleStepBeatsIterative.ts';
import { softmaxOutput } from './checks/softmaxOutput.ts';
import { successNotMonotone } from './checks/successNotMonotone.ts';
import { transferOrBlackBoxStronger } from './checks/transferOrBlackBoxStronger.ts';
import { unboundedAttackFails } from './checks/unboundedAttackFails.ts';
import { unstablePredictions } from './checks/unstablePredictions.ts';
import { zeroGradients } from './checks/zeroGradients.ts';

/** Every check, the cheapest first. */
export const checks: readonly Check[] = [
  successNotMonotone,
  softmaxOutput,
  randomizedOutputs,
  zeroGradients,
  unstablePredictions,
  singleStepBeatsIterative,
  transferOrBlackBoxStronger,
  unboundedAttackFails,
  moreStepsChangeResult,
];
