import { catalogue } from '../attacks/catalogue.ts';
import { type Attacks, testSchema } from './attackSchema.ts';
import { datasetSchema, modelSchema } from './schema.ts';
import { datasetSnippet, modelSnippet, named, presetSnippet, type Snippet, testSnippet } from './snippets.ts';

/** The settings that define tests, each an object keyed by name. */
export const settingKeys = ['perturb.models', 'perturb.datasets', 'perturb.tests'] as const;
export type SettingKey = (typeof settingKeys)[number];

/** `contributes.configuration` of the extension manifest. */
export function configuration(attacks: Attacks = catalogue) {
  return {
    title: 'Perturb',
    properties: {
      'perturb.models': setting(1, 'Models to test, by name.', modelSchema, modelSnippet, presetSnippet),
      'perturb.datasets': setting(2, 'Images to attack, by name.', datasetSchema, datasetSnippet),
      'perturb.tests': setting(
        3,
        'Robustness tests, by name: an attack on the images of a dataset, and what must hold. The Test Explorer lists them.',
        testSchema(attacks),
        testSnippet(attacks),
      ),
      'perturb.engine.location': engineLocation,
      'perturb.engine.tensorflow': tensorflowFolder,
    } satisfies Record<SettingKey | `perturb.engine.${string}`, object>,
  };
}

const engineLocation = {
  type: 'string',
  enum: ['process', 'extensionHost'],
  default: 'process',
  scope: 'machine-overridable',
  order: 4,
  markdownDescription: 'Where attacks are computed.',
  markdownEnumDescriptions: [
    'A process of its own: a crash or a lack of memory there ends a test, and nothing else.',
    'A worker thread inside the extension host: starts sooner, but shares its memory and its fate.',
  ],
};

const tensorflowFolder = {
  type: 'string',
  default: '',
  // Code is loaded from there, so no workspace may choose it.
  scope: 'machine',
  order: 5,
  markdownDescription:
    'Folder that native TensorFlow was installed into by `perturb install-tensorflow --into FOLDER`. Without one, what *Perturb: Install Native TensorFlow* has installed is used.',
};

/** The text of package.json with the settings as the code defines them, and the rest as it stands. */
export function updateManifest(manifest: string): string {
  const { contributes, ...rest } = JSON.parse(manifest);
  return `${JSON.stringify({ ...rest, contributes: { ...contributes, configuration: configuration() } }, null, 2)}\n`;
}

function setting(order: number, markdownDescription: string, schema: object, ...snippets: readonly Snippet[]) {
  return {
    type: 'object',
    scope: 'resource',
    order,
    default: {},
    markdownDescription,
    additionalProperties: { ...schema, defaultSnippets: snippets },
    defaultSnippets: snippets.map(named),
  };
}
