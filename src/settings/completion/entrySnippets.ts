import { catalog } from '../../attacks/catalog.ts';
import { detectors } from '../../defenses/detectors/catalog.ts';
import { generators } from '../../defenses/generators/catalog.ts';
import { surrogates } from '../../defenses/surrogates/catalog.ts';
import { defenses } from '../../defenses/training/catalog.ts';
import type { SettingKey } from '../configuration.ts';
import {
  datasetSnippet,
  defenseSnippet,
  detectorSnippet,
  generatorSnippet,
  type Known,
  modelSnippet,
  named,
  presetSnippet,
  type Snippet,
  surrogateSnippet,
  testSnippet,
} from '../snippets.ts';

const snippets: Readonly<Record<SettingKey, (known: Known) => readonly Snippet[]>> = {
  'perturb.models': () => [modelSnippet, presetSnippet],
  'perturb.datasets': () => [datasetSnippet],
  'perturb.detectors': (known) => [detectorSnippet(detectors, known)],
  'perturb.defenses': (known) => [defenseSnippet(defenses, known)],
  'perturb.surrogates': (known) => [surrogateSnippet(surrogates, known)],
  'perturb.generators': (known) => [generatorSnippet(generators, known)],
  'perturb.tests': (known) => [testSnippet(catalog, known)],
};

/** A new entry of a setting, as text of a snippet: a key with its value. */
export interface EntrySnippet {
  readonly label: string;
  readonly description: string;
  readonly text: string;
}

/** What can be added to a setting. @param known names that it may refer to */
export function entrySnippets(setting: SettingKey, known: Known): EntrySnippet[] {
  return snippets[setting](known).map((snippet) => {
    const { label, description, body } = named(snippet);
    const lines = JSON.stringify(body, null, '\t').split('\n').slice(1, -1);
    // A placeholder that begins with ^ is a number, without quotation marks.
    const text = lines.map((line) => line.slice(1).replaceAll(/"\^(\$\{[^"]*\})"/g, '$1')).join('\n');
    return { label, description, text };
  });
}
