/** The same schema for the same definitions, so that it is built and compiled once. */
export function memoize<T extends object>(build: (from: T) => object): (from: T) => object {
  const memory = new WeakMap<T, object>();
  return (from) => {
    const schema = memory.get(from) ?? build(from);
    memory.set(from, schema);
    return schema;
  };
}
