import { createHash } from 'node:crypto';

/** A name as a file or folder name: letters, digits, and dashes, with a hash where two names could collide. */
export function slug(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `${plainName(name).slice(0, 60)}-${hash}`;
}

/** The letters and digits of a name, with dashes for all between them. */
export function plainName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
}
