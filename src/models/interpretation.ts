/** What a model that can only be asked answers about an image. */
export const answerKinds = ['logits', 'probabilities', 'labels'] as const;
export type AnswerKind = (typeof answerKinds)[number];

/** How what a model says becomes logits. */
export interface Interpretation {
  readonly kind: AnswerKind;
  readonly classes: readonly string[];
}

/** How far the sum of probabilities may be from 1, as they are rounded. */
const mostRounding = 0.02;
/** Of a probability that was rounded to zero: about the smallest that float32 has. */
const leastProbability = 2 ** -126;

/** Logits of a row of such numbers: of probabilities the logarithms, which differ from logits by a number that they have in common. */
export function logitsOf(row: Float32Array, { kind, classes }: Interpretation): Float32Array {
  if (kind === 'logits') return row;
  if (kind === 'probabilities') return row.map((value) => Math.log(Math.max(value, leastProbability)));
  return Float32Array.from(classes, (_, index) => (index === row[0] ? 1 : 0));
}

/** How much the answers to the same image may differ: as rounding in another batch makes them. */
const tolerance = 1e-3;

/** True for two rows about one image that say the same, up to rounding. */
export function isSame(a: Float32Array, b: ArrayLike<number>, { kind }: Interpretation): boolean {
  if (a.length !== b.length) return false;
  if (kind === 'labels') return a[0] === b[0];
  const size = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.every((value, i) => Math.abs(value - (b[i] as number)) <= tolerance * size);
}

/** True for probabilities of classes, as far as numbers can tell. */
export function isDistribution(row: Float32Array): boolean {
  const sum = row.reduce((a, b) => a + b, 0);
  return row.every((value) => value >= 0) && Math.abs(sum - 1) <= mostRounding;
}
