import type { ShownExample } from './protocol.ts';

/** The key of an example: an image appears once for each budget. */
export function itemKey({ index, epsilon }: Pick<ShownExample, 'index' | 'epsilon'>): string {
  return `${index}@${epsilon ?? ''}`;
}
