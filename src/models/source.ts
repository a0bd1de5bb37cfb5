import type { Resizing } from '../data/resizing.ts';
import type { Preprocessing } from './preprocessing.ts';

/** A model as settings name it; paths are absolute. */
export interface ModelSource {
  readonly name: string;
  readonly path: string;
  /** File with one class name a line. */
  readonly labels?: string;
  /** What the model is given of a pixel; where it is missing, what the model's metadata say, or the pixel as it is. */
  readonly preprocessing?: Preprocessing;
  /** How images are brought to its size; stretched where it is missing. */
  readonly resizing?: Resizing;
  /** Shape of one image in the order of the model's axes, without the batch, for a file that leaves it open. */
  readonly input?: readonly number[];
  /** Name of the output that holds the scores, for a model of several. */
  readonly output?: string;
}
