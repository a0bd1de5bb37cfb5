import type { ModelFormat } from '../models/format.ts';
import { formats } from '../models/formats.ts';
import { otherPatterns } from '../models/otherFormats.ts';
import { savedModels } from '../models/savedModels/format.ts';
import { layersModels } from '../models/tfjs/format.ts';

type Accepted = Pick<ModelFormat, 'pattern'>;

/**
 * Commands in the Explorer's context menu, with the formats of the models that they accept. To attack one is offered for
 * those of other formats as well, to say what can be done with them.
 */
const commands: readonly (readonly [command: string, formats: readonly Accepted[]])[] = [
  ['perturb.attackModel', [...formats, ...otherPatterns.map((pattern) => ({ pattern }))]],
  ['perturb.addRobustnessTest', formats],
  ['perturb.checkPreprocessing', formats],
  ['perturb.trainDetector', formats],
  ['perturb.hardenModel', [layersModels]],
  ['perturb.trainSurrogate', formats],
  ['perturb.trainGenerator', formats],
];

/** A folder that is a SavedModel: the extension says which are. */
const savedModel = 'explorerResourceIsFolder && resourcePath in perturb.savedModels';

/** `contributes.menus` of the extension manifest, for `explorer/context`. */
export function explorerMenu() {
  return commands.map(([command, accepted], index) => ({
    command,
    when: [
      `resourceScheme == file && resourceFilename =~ /(${[...new Set(accepted.map(suffixOf))].join('|')})$/i`,
      ...(accepted.includes(savedModels) ? [savedModel] : []),
    ].join(' || '),
    group: `7_perturb@${index + 1}`,
  }));
}

/** The end of the file names that a glob pattern matches, as a regular expression. */
function suffixOf({ pattern }: Accepted): string {
  return pattern.replace(/^\*/, '').replaceAll('.', '\\.').replaceAll('*', '.*');
}
