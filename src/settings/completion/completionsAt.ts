import { getLocation, type JSONPath, type Location } from 'jsonc-parser';
import { type SettingKey, settingKeys } from '../configuration.ts';
import { classFoldersOf, classNamesOf } from '../inspection/classNames.ts';
import { parseJson } from '../jsonc.ts';
import { isObject } from '../problem.ts';
import type { LayerOrigin } from '../settingsLayer.ts';
import { completePath, type PathKind } from './completePath.ts';
import { entrySnippets } from './entrySnippets.ts';

/** Something to fill in at a place in the settings. */
export interface Completion {
  readonly label: string;
  readonly kind: 'name' | 'class' | 'file' | 'folder' | 'snippet';
  /** What it is, in a few words. */
  readonly detail?: string;
  /** JSON, or for a snippet text with placeholders. */
  readonly text: string;
}

/** What can be filled in, in place of the part of the text that begins and ends at these offsets. */
export interface Completions {
  readonly start: number;
  readonly end: number;
  readonly items: readonly Completion[];
}

/**
 * What can be filled in at a place in a settings file that the schema of the settings does not know of: names of models,
 * datasets, and detectors, classes, paths, and whole new entries.
 * @param text of the file, which need not be finished
 * @param prefix where the settings stand in it
 */
export async function completionsAt(
  text: string,
  offset: number,
  origin: LayerOrigin,
  prefix: JSONPath = [],
): Promise<Completions> {
  const location = getLocation(text, offset);
  const path = location.path.slice(prefix.length);
  const settings = parseJson(text).get(prefix);
  const { start, end } = rangeAt(location, offset);
  const isOurs = prefix.every((step, i) => location.path[i] === step) && settingKeys.includes(path[0] as SettingKey);
  if (!isOurs || path.length < 2) return { start, end, items: [] };
  const context = { origin, settings: isObject(settings) ? settings : {} };
  if (location.isAtPropertyKey) {
    // A key that has its value already is being renamed.
    const isNew = path.length === 2 && !/^\s*:/.test(text.slice(end));
    return { start, end, items: isNew ? newEntries(path[0] as SettingKey, context, text.slice(end)) : [] };
  }
  return { start, end, items: await valuesAt(path, context, text.slice(start + 1, Math.max(start + 1, offset))) };
}

/** Where the settings belong, and what they say so far. */
interface Context {
  readonly origin: LayerOrigin;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The string at the offset, with its quotation marks, or the empty place there. */
function rangeAt({ previousNode: node }: Location, offset: number): { start: number; end: number } {
  const isText = node?.type === 'string' || node?.type === 'property';
  const isInside = isText && node.offset < offset && offset <= node.offset + node.length;
  return isInside ? { start: node.offset, end: node.offset + node.length } : { start: offset, end: offset };
}

function newEntries(setting: SettingKey, context: Context, after: string): Completion[] {
  const known = { models: namesIn(context, 'perturb.models'), datasets: namesIn(context, 'perturb.datasets') };
  const comma = /^\s*"/.test(after) ? ',' : '';
  return entrySnippets(setting, known).map(({ label, description, text }) => ({
    label,
    kind: 'snippet',
    detail: description,
    text: `${text}${comma}`,
  }));
}

/** The keys whose value is a name that another setting defines, or one of several. */
const references: Readonly<Record<string, readonly SettingKey[]>> = {
  model: ['perturb.models'],
  architecture: ['perturb.models'],
  surrogate: ['perturb.models', 'perturb.surrogates'],
  dataset: ['perturb.datasets'],
  validation: ['perturb.datasets'],
  detector: ['perturb.detectors'],
  purifier: ['perturb.generators'],
};

/** The paths in settings, and what they lead to. */
const paths: Partial<Record<SettingKey, Readonly<Record<string, PathKind>>>> = {
  'perturb.models': { path: 'model', labels: 'labels', 'enrolled.path': 'folder' },
  'perturb.datasets': { path: 'folder', labels: 'table' },
  'perturb.detectors': { path: 'folder' },
  'perturb.defenses': { path: 'folder' },
  'perturb.surrogates': { path: 'folder' },
  'perturb.generators': { path: 'folder' },
};

/** @param path to the value, from the setting on. @param typed the part of a string before the cursor */
async function valuesAt(path: JSONPath, context: Context, typed: string): Promise<Completion[]> {
  const [setting, name, key = ''] = path as [SettingKey, string, string?];
  const kind = paths[setting]?.[path.slice(2).join('.')] ?? (path.at(-1) === 'generator' ? 'folder' : undefined);
  if (kind !== undefined) return pathsAt(typed, kind, context);
  const isDefinition = setting === 'perturb.models' || setting === 'perturb.datasets';
  const referred = isDefinition || path.length > 4 ? undefined : references[key];
  if (referred !== undefined) {
    return referred.flatMap((detail) =>
      namesIn(context, detail).map((label) => ({ label, kind: 'name', text: JSON.stringify(label), detail }) as const),
    );
  }
  const namesClass = (key === 'classes' && path.length === 4) || (key === 'target' && path.length === 3);
  return setting === 'perturb.tests' && namesClass ? classesAt(name, key, context) : [];
}

async function pathsAt(typed: string, kind: PathKind, { origin }: Context): Promise<Completion[]> {
  const found = await completePath(typed, kind, origin);
  return found.map(({ path, isFolder }) => ({
    label: path,
    kind: isFolder ? 'folder' : 'file',
    text: JSON.stringify(path),
  }));
}

/** The classes of a test's models; where their labels are unknown, the folders of its dataset. */
async function classesAt(test: string, key: string, context: Context): Promise<Completion[]> {
  const tests = context.settings['perturb.tests'];
  const { model, dataset } = (isObject(tests) && isObject(tests[test]) ? tests[test] : {}) as Record<string, unknown>;
  const models = [model].flat().flatMap((name) => definitionOf(context, 'perturb.models', name) ?? []);
  const named = await Promise.all(models.map(({ value, scope }) => classNamesOf(value, scope)));
  const source = definitionOf(context, 'perturb.datasets', dataset);
  const classes =
    named.find((names) => names !== undefined) ?? (source ? await classFoldersOf(source.value, source.scope) : []);
  const chosen = key === 'target' ? ['random', 'least-likely'] : [];
  return [
    ...classes.map((label): Completion => ({ label, kind: 'class', text: JSON.stringify(label) })),
    ...chosen.map((label): Completion => ({ label, kind: 'name', text: JSON.stringify(label) })),
  ];
}

/** The names that a setting defines, here or further out. */
function namesIn({ origin, settings }: Context, key: SettingKey): string[] {
  const own = isObject(settings[key]) ? Object.keys(settings[key]) : [];
  const outer: string[] = [];
  for (let layer = origin.outer; layer; layer = layer.outer) outer.push(...Object.keys(layer.values[key]));
  return [...new Set([...own, ...outer])];
}

/** What a name stands for, and where its paths start. */
function definitionOf({ origin, settings }: Context, key: SettingKey, name: unknown) {
  if (typeof name !== 'string') return undefined;
  const own = settings[key];
  if (isObject(own) && Object.hasOwn(own, name)) return { value: own[name], scope: origin };
  for (let layer = origin.outer; layer; layer = layer.outer) {
    if (Object.hasOwn(layer.values[key], name)) return { value: layer.values[key][name], scope: layer };
  }
  return undefined;
}
