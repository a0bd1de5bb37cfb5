/** The strings in the order of their code points, which is the same on every machine, as a locale's is not. */
export function inCodePointOrder<T>(items: readonly T[], textOf: (item: T) => string): T[] {
  // The order of UTF-8 bytes is that of code points; that of JavaScript's UTF-16 units is not.
  return items
    .map((item) => ({ item, bytes: Buffer.from(textOf(item)) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ item }) => item);
}
