import type { Attempt } from '../../attackDefinition.ts';

/** The parameters of Square. */
export interface SquareParameters {
  queries: number;
  part: number;
  schedule: 'stretched' | 'fixed';
}

export type SquareAttempt = Attempt<SquareParameters, 'linf' | 'l2' | 'l1'>;
