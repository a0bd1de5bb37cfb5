import type { Resizing } from '../data/resizing.ts';
import type { Preprocessing } from './preprocessing.ts';
import type { Endpoint } from './remote/endpoint.ts';
import type { EnrolledSource } from './verification/verification.ts';

/** A model in the settings; paths are absolute. */
export interface ModelSource {
  readonly name: string;
  /** The file or folder, or the address of the endpoint. */
  readonly path: string;
  /** How to ask a model on a server; missing for a file. */
  readonly endpoint?: Endpoint;
  /** File with one class name per line. */
  readonly labels?: string;
  /** Preprocessing of a pixel; if missing, that of the model's metadata, or none. */
  readonly preprocessing?: Preprocessing;
  /** How images are resized; stretched if missing. */
  readonly resizing?: Resizing;
  /** Shape of one image in the model's axis order, without the batch, for a file that leaves it open. */
  readonly input?: readonly number[];
  /** Name of the output that holds the scores, for a model with several. */
  readonly output?: string;
  /** The images of the identities that it knows, for a model whose output is an embedding. */
  readonly enrolled?: EnrolledSource;
}
