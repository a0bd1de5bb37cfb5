import type { Resizing } from '../data/resizing.ts';
import type { Preprocessing } from './preprocessing.ts';

/** A model as settings name it; paths are absolute. */
export interface ModelSource {
  readonly name: string;
  readonly path: string;
  /** File with one class name a line. */
  readonly labels?: string;
  readonly preprocessing: Preprocessing;
  /** How images are brought to its size; stretched where it is missing. */
  readonly resizing?: Resizing;
}
