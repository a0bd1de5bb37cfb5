import type { Check } from './check.ts';
import { blackBoxStronger } from './checks/blackBoxStronger.ts';
import { moreStepsChangeResult } from './checks/moreStepsChangeResult.ts';
import { randomizedOutputs } from './checks/randomizedOutputs.ts';
import { singleStepBeatsIterative } from './checks/singleStepBeatsIterative.ts';
import { softmaxOutput } from './checks/softmaxOutput.ts';
import { successNotMonotone } from './checks/successNotMonotone.ts';
import { transferStronger } from './checks/transferStronger.ts';
import { unawareAttackerStronger } from './checks/unawareAttackerStronger.ts';
import { unboundedAttackFails } from './checks/unboundedAttackFails.ts';
import { unstablePredictions } from './checks/unstablePredictions.ts';
import { zeroGradients } from './checks/zeroGradients.ts';

/** Every check, those first that cost nothing, then the essential ones, then those that tell less for what they cost. */
export const checks: readonly Check[] = [
  successNotMonotone,
  unawareAttackerStronger,
  softmaxOutput,
  randomizedOutputs,
  zeroGradients,
  unstablePredictions,
  blackBoxStronger,
  unboundedAttackFails,
  singleStepBeatsIterative,
  transferStronger,
  moreStepsChangeResult,
];
