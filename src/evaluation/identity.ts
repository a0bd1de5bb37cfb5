import { createHash } from 'node:crypto';
import type { Norm } from '../geometry/norms.ts';

/** What makes an example the same one in another run. */
export interface Sameness {
  /** SHA-256 of the original image. */
  readonly sha256: string;
  /** Class names: of the label, and of the target if there is one. */
  readonly label: string;
  readonly target?: string | undefined;
  readonly norm: Norm;
  /** SHA-256 of the model. */
  readonly model: string;
}

/** SHA-256, in hex, of image hash, goal, norm, and model hash: the same case in another run has the same identity. */
export function identityOf({ sha256, label, target, norm, model }: Sameness): string {
  return createHash('sha256')
    .update([sha256, target ?? `not ${label}`, norm, model].join('\n'))
    .digest('hex');
}
