import type { CommonParameters } from '../commonParameters.ts';
import type { Pairing } from './classmap.ts';

/** Parameters of collaborative multi-task training. */
export interface CollaborativeParameters extends CommonParameters, Pairing {
  readonly smallestEpsilon: number;
  readonly bounded: boolean;
}
