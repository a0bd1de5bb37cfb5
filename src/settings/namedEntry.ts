import type { JSONPath } from 'jsonc-parser';
import type { SettingKey } from './configuration.ts';
import { memoize } from './memoize.ts';
import { type Fault, formatPath, type Problem } from './problem.ts';
import type { Resolved } from './resolveSources.ts';
import type { SettingsLayer } from './settingsLayer.ts';
import { meantBy, suggest } from './suggest.ts';
import type { PathScope } from './variables.ts';

/** One entry of a setting and its location. */
export interface NamedEntry {
  readonly layer: SettingsLayer;
  readonly setting: SettingKey;
  readonly name: string;
  readonly value: unknown;
}

/** What a name refers to, or why it cannot be resolved. */
export type Found<T> =
  | { readonly source: T; readonly problems?: undefined }
  | { readonly source?: undefined; readonly problems: readonly Problem[] };

/** Reads a definition. */
export type Resolve<T> = (name: string, value: unknown, scope: PathScope) => Resolved<T>;

/** What a name refers to in the settings of a test, a detector, or a defense. */
export function lookUp<T>(
  user: NamedEntry,
  path: JSONPath,
  setting: SettingKey,
  name: string,
  resolve: Resolve<T>,
): Found<T> {
  // Many tests may use one model: it is resolved once.
  const resolved = resolvedFor(user.layer);
  const key = JSON.stringify([setting, name]);
  const known = resolved.get(key);
  if (known) return known as Found<T>;
  const found = lookUpDefinition(user, path, setting, name);
  if (found.problems) return found;
  const result = resolveDefinition(found.source, resolve);
  resolved.set(key, result);
  return result;
}

const resolvedFor = memoize((_: SettingsLayer) => new Map<string, Found<unknown>>());

/** The nearest definition of a name, in the user's own layer or further out. */
export function lookUpDefinition(
  user: NamedEntry,
  path: JSONPath,
  setting: SettingKey,
  name: string,
): Found<NamedEntry> {
  const layers = [...outward(user.layer)];
  const layer = layers.find(({ values }) => Object.hasOwn(values[setting], name));
  if (layer) return { source: { layer, setting, name, value: layer.values[setting][name] } };
  // A file that cannot be read may well define the name: its own problem is enough.
  if (layers.some(({ problems }) => problems.length > 0)) return { problems: [] };
  const known = layers.flatMap(({ values }) => Object.keys(values[setting]));
  const advice = known.length > 0 ? suggest(name, known) : 'Nothing is defined there yet. Add it.';
  const message = `There is no "${name}" in "${setting}". ${advice}`;
  return { problems: problemsOf(user, [{ path, message, meant: meantBy(name, known) }]) };
}

/** What a definition resolves to. */
export function resolveDefinition<T>(definition: NamedEntry, resolve: Resolve<T>): Found<T> {
  const resolved = resolve(definition.name, definition.value, definition.layer);
  const faults = [...duplicateFaults(definition), ...('faults' in resolved ? resolved.faults : [])];
  return 'source' in resolved && faults.length === 0 ? resolved : { problems: problemsOf(definition, faults) };
}

function* outward(layer: SettingsLayer): Generator<SettingsLayer> {
  yield layer;
  if (layer.outer) yield* outward(layer.outer);
}

/** Duplicate keys within a definition, or of the definition itself. */
export function duplicateFaults(definition: NamedEntry): Fault[] {
  const start = pathOf(definition);
  const paths = duplicatesIn(definition.layer).get(JSON.stringify(start)) ?? [];
  return paths.map((path) => ({
    path: path.slice(start.length),
    message: `"${path.at(-1)}" is defined twice, and the first definition would be ignored. Rename or remove one.`,
  }));
}

/** The paths of duplicate keys, by the definition that they are in. */
const duplicatesIn = memoize(({ duplicates }: SettingsLayer) => {
  const found = new Map<string, JSONPath[]>();
  for (const path of duplicates) {
    const definition = JSON.stringify(path.slice(0, 2));
    found.set(definition, [...(found.get(definition) ?? []), path]);
  }
  return found;
});

/** The path of a definition. */
export function pathOf({ setting, name }: NamedEntry): JSONPath {
  return [setting, name];
}

/** The faults of a definition with their locations. */
export function problemsOf(definition: NamedEntry, faults: readonly Fault[]): Problem[] {
  const { layer } = definition;
  return faults.map((fault) => {
    const full = [...pathOf(definition), ...fault.path];
    return {
      ...fault,
      file: layer.file,
      ...layer.locate(full),
      setting: formatPath(full),
      path: [...layer.prefix, ...full],
    };
  });
}
