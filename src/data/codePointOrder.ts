/** The strings in code point order: unlike a locale's order, the same on every machine. */
export function inCodePointOrder<T>(items: readonly T[], textOf: (item: T) => string): T[] {
  // UTF-8 bytes sort like code points; JavaScript's UTF-16 units do not.
  return items
    .map((item) => ({ item, bytes: Buffer.from(textOf(item)) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ item }) => item);
}
