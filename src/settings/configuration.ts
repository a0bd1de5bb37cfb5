import { catalog } from '../attacks/catalog.ts';
import { detectors as detectorCatalog } from '../defenses/detectors/catalog.ts';
import { defenses as defenseCatalog } from '../defenses/training/catalog.ts';
import { providerChoices } from '../models/onnx/session/providers.ts';
import { type Attacks, testSchema } from './attackSchema.ts';
import { datasetSchema, modelSchema } from './schema.ts';
import {
  datasetSnippet,
  defenseSnippet,
  detectorSnippet,
  modelSnippet,
  named,
  presetSnippet,
  type Snippet,
  testSnippet,
} from './snippets.ts';
import { type Defenses, type Detectors, defenseSchema, detectorSchema } from './trainingSchema.ts';

/** The settings that define tests and what they use, each an object keyed by name. */
export const settingKeys = [
  'perturb.models',
  'perturb.datasets',
  'perturb.detectors',
  'perturb.defenses',
  'perturb.tests',
] as const;
export type SettingKey = (typeof settingKeys)[number];

/** `contributes.configuration` of the extension manifest. */
export function configuration(
  attacks: Attacks = catalog,
  detectors: Detectors = detectorCatalog,
  defenses: Defenses = defenseCatalog,
) {
  return {
    title: 'Perturb',
    properties: {
      'perturb.models': setting(1, 'Models to test, by name.', modelSchema, modelSnippet, presetSnippet),
      'perturb.datasets': setting(2, 'Images to attack, by name.', datasetSchema, datasetSnippet),
      'perturb.detectors': setting(
        3,
        'Detectors of adversarial examples, by name: how each is trained, and for which model. Tests name them.',
        detectorSchema(detectors, attacks),
        detectorSnippet(detectors),
      ),
      'perturb.defenses': setting(
        4,
        'Training defenses, by name: how a model is hardened, and where the hardened one goes.',
        defenseSchema(defenses),
        defenseSnippet(defenses),
      ),
      'perturb.tests': setting(
        5,
        'Robustness tests, by name: an attack on the images of a dataset, and what must hold. The Test Explorer lists them.',
        testSchema(attacks),
        testSnippet(attacks),
      ),
      'perturb.engine.location': engineLocation,
      'perturb.engine.tensorflow': tensorflowFolder,
      'perturb.engine.runtime': engineRuntime,
      'perturb.engine.provider': engineProvider,
      'perturb.engine.memory': engineMemory,
    } satisfies Record<SettingKey | `perturb.engine.${string}`, object>,
  };
}

const engineLocation = {
  type: 'string',
  enum: ['process', 'extensionHost'],
  default: 'process',
  scope: 'machine-overridable',
  order: 6,
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
  order: 7,
  markdownDescription:
    'Folder that native TensorFlow was installed into by `perturb install-tensorflow --into FOLDER`. Without one, what *Perturb: Install Native TensorFlow* has installed is used.',
};

const engineRuntime = {
  type: 'string',
  enum: ['auto', 'tensorflow'],
  default: 'auto',
  scope: 'machine-overridable',
  order: 8,
  markdownDescription: 'What computes TensorFlow.js models.',
  markdownEnumDescriptions: [
    'ONNX Runtime, the faster, for each model that can be written as an ONNX graph; TensorFlow.js for the others.',
    'TensorFlow.js for all of them.',
  ],
};

const engineProvider = {
  type: 'string',
  enum: providerChoices,
  default: 'cpu',
  scope: 'machine-overridable',
  order: 9,
  markdownDescription:
    'What ONNX Runtime computes with. Where it does not serve, the processor does, and the status bar says why.',
  markdownEnumDescriptions: [
    'The first of CUDA, DirectML and WebGPU that computes rightly, else the processor.',
    'The processor.',
    'Apple’s CoreML.',
    'DirectX 12, on Windows.',
    'NVIDIA’s CUDA, on Linux.',
    'WebGPU.',
    'WebAssembly, which runs everywhere.',
  ],
};

const engineMemory = {
  type: ['number', 'null'],
  exclusiveMinimum: 0,
  default: null,
  scope: 'machine-overridable',
  order: 10,
  markdownDescription:
    'Gigabytes that a model’s work may take; how many images are computed at a time follows from it. Default: a quarter of the machine’s memory.',
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
