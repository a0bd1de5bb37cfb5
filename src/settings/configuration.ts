import { catalog } from '../attacks/catalog.ts';
import { detectors as detectorCatalog } from '../defenses/detectors/catalog.ts';
import { generators as generatorCatalog } from '../defenses/generators/catalog.ts';
import { surrogates as surrogateCatalog } from '../defenses/surrogates/catalog.ts';
import { defenses as defenseCatalog } from '../defenses/training/catalog.ts';
import { providerChoices } from '../models/onnx/session/providers.ts';
import type { Attacks } from './attackChoice.ts';
import { testSchema } from './attackSchema.ts';
import { explorerMenu } from './explorerMenu.ts';
import { datasetSchema, modelSchema } from './schema.ts';
import {
  datasetSnippet,
  defenseSnippet,
  detectorSnippet,
  endpointSnippet,
  generatorSnippet,
  modelSnippet,
  named,
  presetSnippet,
  type Snippet,
  surrogateSnippet,
  testSnippet,
} from './snippets.ts';
import { auditSchema } from './testBase.ts';
import {
  type Defenses,
  type Detectors,
  defenseSchema,
  detectorSchema,
  type Generators,
  generatorSchema,
  type Surrogates,
  surrogateSchema,
} from './trainingSchema.ts';

/** The settings that define tests and what they use, each an object keyed by name. */
export const settingKeys = [
  'perturb.models',
  'perturb.datasets',
  'perturb.detectors',
  'perturb.defenses',
  'perturb.surrogates',
  'perturb.generators',
  'perturb.tests',
] as const;
export type SettingKey = (typeof settingKeys)[number];

/** `contributes.configuration` of the extension manifest. */
export function configuration(
  attacks: Attacks = catalog,
  detectors: Detectors = detectorCatalog,
  defenses: Defenses = defenseCatalog,
  surrogates: Surrogates = surrogateCatalog,
  generators: Generators = generatorCatalog,
) {
  return {
    title: 'Perturb',
    properties: {
      'perturb.models': setting(
        1,
        'Models to test, by name.',
        modelSchema,
        modelSnippet,
        presetSnippet,
        endpointSnippet,
      ),
      'perturb.datasets': setting(2, 'Images to attack, by name.', datasetSchema, datasetSnippet),
      'perturb.detectors': setting(
        3,
        'Detectors of adversarial examples, by name: how each one is trained, and for which model. Tests refer to these names.',
        detectorSchema(detectors, attacks),
        detectorSnippet(detectors),
      ),
      'perturb.defenses': setting(
        4,
        'Training defenses, by name: how a model is hardened, and where the hardened model is saved.',
        defenseSchema(defenses),
        defenseSnippet(defenses),
      ),
      'perturb.surrogates': setting(
        4,
        'Surrogates, by name: models that are trained to stand in for another one, so that adversarial examples can be crafted on them. A test names one as its `surrogate`.',
        surrogateSchema(surrogates),
        surrogateSnippet(surrogates),
      ),
      'perturb.generators': setting(
        4,
        'Generators, by name: networks that are trained against a model and make images. A test with the attack `advgan` names the folder of one.',
        generatorSchema(generators),
        generatorSnippet(generators),
      ),
      'perturb.tests': setting(
        5,
        'Robustness tests, by name: an attack on the images of a dataset, and the conditions to pass. They are listed in the Test Explorer.',
        testSchema(attacks),
        testSnippet(attacks),
      ),
      'perturb.audit': { ...auditSchema, scope: 'resource', order: 5, markdownDescription: auditDescription },
      'perturb.engine.location': engineLocation,
      'perturb.engine.tensorflow': tensorflowFolder,
      'perturb.engine.runtime': engineRuntime,
      'perturb.engine.provider': engineProvider,
      'perturb.engine.memory': engineMemory,
    } satisfies Record<SettingKey | 'perturb.audit' | `perturb.engine.${string}`, object>,
  };
}

const auditDescription =
  'How tests are audited that do not set `audit` themselves: look for signs that a result overstates the model’s robustness, which leave a test that would have passed *errored* (`true`), do not (`false`), or look for all of them and take each for a failure (`"strict"`).';

const engineLocation = {
  type: 'string',
  enum: ['process', 'extensionHost'],
  default: 'process',
  scope: 'machine-overridable',
  order: 6,
  markdownDescription: 'Where attacks run.',
  markdownEnumDescriptions: [
    'In a separate process: a crash or lack of memory there only ends the test.',
    'In a worker thread inside the extension host: starts faster, but shares its memory, and a crash takes the extension host down.',
  ],
};

const tensorflowFolder = {
  type: 'string',
  default: '',
  // Code is loaded from there, so no workspace may choose it.
  scope: 'machine',
  order: 7,
  markdownDescription:
    'Folder where `perturb install-tensorflow --into FOLDER` installed native TensorFlow. If empty, the version installed by *Perturb: Install Native TensorFlow* is used.',
};

const engineRuntime = {
  type: 'string',
  enum: ['auto', 'tensorflow'],
  default: 'auto',
  scope: 'machine-overridable',
  order: 8,
  markdownDescription: 'Engine that runs TensorFlow.js models.',
  markdownEnumDescriptions: [
    'ONNX Runtime, which is faster, for models that can be converted to ONNX; TensorFlow.js for the others.',
    'TensorFlow.js for all models.',
  ],
};

const engineProvider = {
  type: 'string',
  enum: providerChoices,
  default: 'cpu',
  scope: 'machine-overridable',
  order: 9,
  markdownDescription:
    'Execution provider for ONNX Runtime. If it is unavailable, the CPU is used, and the status bar shows why.',
  markdownEnumDescriptions: [
    'The first of CUDA, DirectML, and WebGPU that computes correctly, otherwise the CPU.',
    'CPU.',
    'Core ML, on macOS.',
    'DirectML (DirectX 12), on Windows.',
    'NVIDIA CUDA, on Linux.',
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
    'Maximum memory in gigabytes that running a model may use; it determines the batch size, and an image or another file may take half of it. Default: a quarter of the machine’s memory.',
};

/** The text of package.json with the settings and the Explorer's menu as the code defines them, and the rest unchanged. */
export function updateManifest(manifest: string): string {
  const { contributes, ...rest } = JSON.parse(manifest);
  const menus = { ...contributes.menus, 'explorer/context': explorerMenu() };
  const updated = { ...contributes, menus, configuration: configuration() };
  return `${JSON.stringify({ ...rest, contributes: updated }, null, 2)}\n`;
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
