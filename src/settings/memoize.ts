/** The same result for the same object, so that it is worked out once. */
export function memoize<T extends object, R extends object>(build: (from: T) => R): (from: T) => R {
  const memory = new WeakMap<T, R>();
  return (from) => {
    const result = memory.get(from) ?? build(from);
    memory.set(from, result);
    return result;
  };
}
