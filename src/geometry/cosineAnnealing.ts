/** Goes from `first` at progress 0 to `last` at progress 1 along half a cosine: slowly at both ends. */
export function annealed(first: number, last: number, progress: number): number {
  return last + ((first - last) * (1 + Math.cos(Math.PI * progress))) / 2;
}
