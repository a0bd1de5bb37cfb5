import type { Attempt } from '../../attackDefinition.ts';

/** The parameters of APGD. */
export interface ApgdParameters {
  steps: number;
  start: 'image' | 'random';
  loss: 'ce' | 'dlr' | 'targeted-dlr';
  restarts: number;
  eot: number;
}

export type ApgdAttempt = Attempt<ApgdParameters, 'linf' | 'l2' | 'l1'>;
