import { CannotLower } from '../../cannotLower.ts';

/** A size: fixed, or so many times the number of images, which is open. */
export type Dim = number | { readonly perImage: number };

export function isFixed(dim: Dim): dim is number {
  return typeof dim === 'number';
}

export function isSame(a: Dim, b: Dim): boolean {
  return isFixed(a) || isFixed(b) ? a === b : a.perImage === b.perImage;
}

/** Sizes that have to be fixed. @throws CannotLower */
export function fixed(dims: readonly Dim[]): number[] {
  return dims.map((dim) => {
    if (isFixed(dim)) return dim;
    throw new CannotLower('it works along the images of a batch, whose number is open');
  });
}

/** The product of two sizes. @throws CannotLower for a square of the number of images. */
export function times(a: Dim, b: Dim): Dim {
  if (isFixed(a)) return isFixed(b) ? a * b : { perImage: a * b.perImage };
  if (isFixed(b)) return { perImage: a.perImage * b };
  throw new CannotLower('it has a size that grows with the square of the number of images');
}

/** How many elements a tensor of these dimensions has. @throws CannotLower */
export function countOf(dims: readonly Dim[]): Dim {
  return dims.reduce(times, 1);
}

/** The quotient of two sizes; undefined if it is not a whole number, or depends on the number of images otherwise. */
export function quotientOf(a: Dim, b: Dim): Dim | undefined {
  const whole = (x: number, y: number) => (y > 0 && x % y === 0 ? x / y : undefined);
  if (isFixed(b)) {
    if (isFixed(a)) return whole(a, b);
    const perImage = whole(a.perImage, b);
    return perImage === undefined ? undefined : { perImage };
  }
  return isFixed(a) ? undefined : whole(a.perImage, b.perImage);
}

/** The dimensions of what is computed of tensors elementwise: an axis of size 1 is repeated. @throws CannotLower */
export function broadcast(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  const padded = (dims: readonly Dim[]): Dim[] => [...Array<Dim>(rank - dims.length).fill(1), ...dims];
  const [left, right] = [padded(a), padded(b)];
  return left.map((size, axis) => {
    const other = right[axis] as Dim;
    if (isSame(size, other) || other === 1) return size;
    if (size === 1) return other;
    throw new CannotLower(`its operands have different shapes, ${shown(a)} and ${shown(b)}`);
  });
}

/** For messages. */
export function shown(dims: readonly Dim[]): string {
  return `[${dims.map((dim) => (isFixed(dim) ? dim : '?')).join(', ')}]`;
}

/** An axis counted from the beginning. @throws CannotLower when there is no such axis. */
export function positiveAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(positive) && positive >= 0 && positive < rank) return positive;
  throw new CannotLower(`it has no axis ${axis}`);
}
