import { argmax } from '../../models/functional.ts';

/** The `count` classes with the largest logits, or as many as there are, the largest first; `except` is left out. */
export function likeliest(logits: ArrayLike<number>, except: number, count: number): number[] {
  const rest = Float64Array.from(logits);
  rest[except] = -Infinity;
  return Array.from({ length: Math.min(count, rest.length - 1) }, () => {
    const top = argmax(rest, except);
    rest[top] = -Infinity;
    return top;
  });
}
