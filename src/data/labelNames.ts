/** Keys under which files store class names. */
const nameKeys = ['labels', 'names', 'classes', 'class_names', 'categories', 'id2label', 'label2id'];
const indexKeys = ['class_to_idx', 'class_indices', 'class_to_index'];

/**
 * Class names in index order from a JSON (or Python) value: a list; a map of indices to names or of names to indices;
 * or an object that has one of these under a common key. A name may be a pair of WordNet id and name. `undefined` for
 * anything else.
 */
export function namesIn(value: unknown): readonly string[] | undefined {
  if (Array.isArray(value)) return namesInList(value);
  if (typeof value !== 'object' || value === null) return undefined;
  const map = value as Readonly<Record<string, unknown>>;
  const entries = Object.entries(map);
  const byIndex = inOrder(entries.map(([key, name]) => [toIndex(key), toName(name)]));
  const named = byIndex ?? inOrder(entries.map(([name, index]) => [toIndex(index), name]));
  if (named) return named;
  const key = [...nameKeys, ...indexKeys].find((each) => Object.hasOwn(map, each));
  return key === undefined ? undefined : namesIn(map[key]);
}

/** Names, or objects with a name, and perhaps an index. */
function namesInList(list: readonly unknown[]): readonly string[] | undefined {
  const names = list.map(toName);
  if (list.length === 0 || !names.every((name) => name !== undefined)) return undefined;
  const indices = list.map((item) => (isObject(item) ? toIndex(item.id ?? item.index) : undefined));
  return inOrder(names.map((name, i) => [indices[i], name])) ?? names;
}

function toName(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length > 0 && value.every(isText) ? value.join(' ') : undefined;
  return isObject(value) ? [value.name, value.label].find(isText) : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toIndex(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

/** Names by index; `undefined` unless the indices count from 0 or 1, each once. */
export function inOrder(pairs: readonly (readonly [number | undefined, string | undefined])[]): string[] | undefined {
  const names: (string | undefined)[] = [];
  const first = pairs.some(([index]) => index === 0) ? 0 : 1;
  for (const [index, name] of pairs) {
    const place = (index ?? -1) - first;
    if (place < 0 || place >= pairs.length || name === undefined || names[place] !== undefined) return undefined;
    names[place] = name;
  }
  return names.length > 0 ? (names as string[]) : undefined;
}
