const few = 5;

/** The first few items, joined, and how many more there are, so that messages stay short. */
export function firstFew(things: readonly string[], separator = ', '): string {
  const more = things.length - few;
  return things.slice(0, few).join(separator) + (more > 0 ? `${separator}and ${more} more` : '');
}
