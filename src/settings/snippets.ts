// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of VS Code
import { presets } from '../models/preprocessing.ts';
import type { Attacks } from './attackChoice.ts';
import type { Defenses, Detectors } from './trainingSchema.ts';

/** What VS Code offers to fill in. Placeholder 1 is left for the name; a `^` before a placeholder makes it a number. */
export interface Snippet {
  readonly label: string;
  readonly description: string;
  readonly body: object;
}

export const modelSnippet: Snippet = {
  label: 'Model',
  description: 'A model with labels and preprocessing',
  body: {
    path: '${2:models/model.onnx}',
    labels: '${3:models/labels.txt}',
    preprocessing: { mean: '^${4:0}', std: '^${5:1}', channels: '${6|rgb,bgr|}' },
  },
};

export const presetSnippet: Snippet = {
  label: 'Model with a preset',
  description: 'A model with labels and a preprocessing preset',
  body: {
    path: '${2:models/model.onnx}',
    labels: '${3:models/labels.txt}',
    preprocessing: `\${4|${Object.keys(presets)}|}`,
  },
};

export const endpointSnippet: Snippet = {
  label: 'Model on a server',
  description: 'A model that is asked over HTTP, with labels',
  body: { endpoint: { url: '${2:http://localhost:8080/v2/models/model}' }, labels: '${3:models/labels.txt}' },
};

export const datasetSnippet: Snippet = {
  label: 'Dataset',
  description: 'Images in one folder per class',
  body: { path: '${2:data/images}', labels: '${3|folders,predictions|}', limit: '^${4:64}' },
};

export function testSnippet(attacks: Attacks): Snippet {
  const ids = [...attacks.values()]
    .filter(({ fixedBudget, threatModel }) => fixedBudget && threatModel !== 'transfer')
    .map((attack) => attack.id);
  return {
    label: 'Robustness test',
    description: 'An attack within a budget and the minimum robust accuracy',
    body: {
      model: '${2:model}',
      dataset: '${3:dataset}',
      attack: `\${4|${ids}|}`,
      epsilon: '${5:8/255}',
      expect: { robustAccuracy: '^${6:0.5}' },
    },
  };
}

export function detectorSnippet(detectors: Detectors): Snippet {
  return {
    label: 'Detector',
    description: 'A detector of adversarial examples for a model',
    body: trainingBody([...detectors.keys()], '${2:model}-detector'),
  };
}

export function defenseSnippet(defenses: Defenses): Snippet {
  return {
    label: 'Training defense',
    description: 'How a model is hardened against attacks',
    body: trainingBody([...defenses.keys()], '${2:model}-hardened'),
  };
}

function trainingBody(kinds: readonly string[], folder: string) {
  return { kind: `\${4|${kinds}|}`, model: '${2:model}', dataset: '${3:dataset}', path: `models/${folder}` };
}

/** The same with a name in front, for where an object of named things is to be filled in. */
export function named({ label, description, body }: Snippet): Snippet {
  return { label, description, body: { '${1:name}': body } };
}
