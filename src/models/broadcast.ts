import { CannotLower } from './cannotLower.ts';

/** The dimensions of a combination: those of size 1 are repeated. @throws CannotLower when they do not fit. */
export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [one, other] = [a, b].map((dims) => dims[axis - rank + dims.length] ?? 1) as [number, number];
    if (one !== other && one !== 1 && other !== 1) {
      throw new CannotLower(`[${a.join(', ')}] and [${b.join(', ')}] do not fit together`);
    }
    return one === 1 ? other : one;
  });
}
