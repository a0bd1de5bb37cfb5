import type { JSONPath } from 'jsonc-parser';
import type { AuditMode } from '../evaluation/plan.ts';
import { type SettingKey, settingKeys } from './configuration.ts';
import { type Position, parseJson } from './jsonc.ts';
import { type Fault, formatPath, isObject, type Problem } from './problem.ts';
import { auditError } from './testBase.ts';
import type { PathScope } from './variables.ts';

/** Where a settings file belongs. */
export interface LayerOrigin extends PathScope {
  readonly file: string;
  /** Name of the folder or the workspace. */
  readonly name: string;
  /** Models and datasets that tests here may use as well. */
  readonly outer?: SettingsLayer;
}

/** What one file says in the settings that define tests, and where it says so. */
export interface SettingsLayer extends LayerOrigin {
  readonly values: Readonly<Record<SettingKey, Readonly<Record<string, unknown>>>>;
  /** How tests are audited that do not say so themselves. */
  readonly audit?: AuditMode;
  /** Paths whose key is defined twice in one object: JSON silently drops the first definition. */
  readonly duplicates: readonly JSONPath[];
  /** Mistakes that hide what the file defines. */
  readonly problems: readonly Problem[];
  /** Where the settings stand in the file. */
  readonly prefix: JSONPath;
  /** Where a path begins, or as much of the path as there is. */
  locate(path: JSONPath): Position;
}

/** All settings that define tests. */
export interface Workspace {
  readonly layers: readonly SettingsLayer[];
  /** Mistakes beside those in the layers. */
  readonly problems: readonly Problem[];
}

/**
 * Takes the settings from the text of a file.
 * @param prefix where they stand in it: at the top of settings.json, in `settings` in a .code-workspace file
 */
export function parseLayer(text: string, origin: LayerOrigin, prefix: JSONPath = []): SettingsLayer {
  const document = parseJson(text);
  const locate = (path: JSONPath) => document.locate([...prefix, ...path]);
  const values = Object.fromEntries(settingKeys.map((key) => [key, {}])) as Record<
    SettingKey,
    SettingsLayer['values'][SettingKey]
  >;
  const duplicates: JSONPath[] = [];
  const problems: Problem[] = [];
  const report = ({ path, ...fault }: Fault, { line, column } = locate(path)) =>
    problems.push({ ...fault, file: origin.file, line, column, setting: formatPath(path), path: [...prefix, ...path] });

  if (document.syntaxError) {
    report({ path: [], message: document.syntaxError.message, knownToEditor: true }, document.syntaxError);
    return { ...origin, values, duplicates, problems, prefix, locate };
  }
  const settings = document.get(prefix) ?? {};
  if (!isObject(settings)) report({ path: [], message: 'Settings must be an object: { "perturb.models": { … }, … }.' });
  for (const path of document.duplicates(prefix).map((full) => full.slice(prefix.length))) {
    if (!settingKeys.includes(path[0] as SettingKey)) continue;
    if (path.length > 1) duplicates.push(path);
    else {
      const message = `"${path[0]}" is defined twice in this file, and the first definition would be ignored. Merge the two.`;
      report({ path, message });
    }
  }
  for (const key of settingKeys) {
    const value = isObject(settings) ? settings[key] : undefined;
    if (isObject(value)) values[key] = value;
    else if (value !== undefined) {
      const message = 'This setting must be an object with names as keys: { "name": { … } }.';
      report({ path: [key], message, knownToEditor: true });
    }
  }
  const audit = isObject(settings) ? settings['perturb.audit'] : undefined;
  if (audit !== undefined && !isAudit(audit)) {
    report({ path: ['perturb.audit'], message: auditError, knownToEditor: true });
  }
  const inherited = isAudit(audit) ? audit : origin.outer?.audit;
  const audited = inherited !== undefined && { audit: inherited };
  return { ...origin, values, ...audited, duplicates, problems, prefix, locate };
}

function isAudit(value: unknown): value is AuditMode {
  return value === 'strict' || typeof value === 'boolean';
}
