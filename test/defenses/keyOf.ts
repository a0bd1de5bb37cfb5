import { createHash } from 'node:crypto';

/** A short name of what something was made from. */
export function keyOf(inputs: object): string {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 12);
}
