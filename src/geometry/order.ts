/** The places of a vector, 0 to count − 1. */
export function placesOf(count: number): Uint32Array {
  const places = new Uint32Array(count);
  for (let i = 0; i < count; i++) places[i] = i;
  return places;
}

/** Places, all unless some are given, by their value, the largest first; equals keep their order. */
export function largestFirst(values: ArrayLike<number>, places = placesOf(values.length)): Uint32Array {
  return places.sort((a, b) => (values[b] as number) - (values[a] as number));
}

/** The values at these places, in float64. */
export function valuesAt(values: ArrayLike<number>, places: ArrayLike<number>): Float64Array {
  const taken = new Float64Array(places.length);
  for (let k = 0; k < taken.length; k++) taken[k] = values[places[k] as number] as number;
  return taken;
}
