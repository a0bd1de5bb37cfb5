// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of VS Code
import { needsOtherNetwork } from '../attacks/attackDefinition.ts';
import { presets } from '../models/preprocessing.ts';
import type { Attacks } from './attackChoice.ts';
import type { Defenses, Detectors, Generators, Surrogates } from './trainingSchema.ts';

/** What VS Code offers to fill in. Placeholder 1 is left for the name; a `^` before a placeholder makes it a number. */
export interface Snippet {
  readonly label: string;
  readonly description: string;
  readonly body: object;
}

/** The names that settings define, as far as snippets refer to them. */
export interface Known {
  readonly models: readonly string[];
  readonly datasets: readonly string[];
}
const nothing: Known = { models: [], datasets: [] };

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

/** @param known what the settings define already, to choose from */
export function testSnippet(attacks: Attacks, known: Known = nothing): Snippet {
  const ids = [...attacks.values()]
    // Those whose epsilon is the one below.
    .filter((attack) => attack.fixedBudget && !needsOtherNetwork(attack) && attack.norms[0] !== 'l0')
    .map((attack) => attack.id);
  return {
    label: 'Robustness test',
    description: 'An attack within a budget and the minimum robust accuracy',
    body: {
      model: placeholder(2, known.models, 'model'),
      dataset: placeholder(3, known.datasets, 'dataset'),
      attack: `\${4|${ids}|}`,
      epsilon: '${5:8/255}',
      expect: { robustAccuracy: '^${6:0.5}' },
    },
  };
}

export function detectorSnippet(detectors: Detectors, known: Known = nothing): Snippet {
  return {
    label: 'Detector',
    description: 'A detector of adversarial examples for a model',
    body: trainingBody([...detectors.keys()], 'detector', known),
  };
}

export function defenseSnippet(defenses: Defenses, known: Known = nothing): Snippet {
  return {
    label: 'Training defense',
    description: 'How a model is hardened against attacks',
    body: trainingBody([...defenses.keys()], 'hardened', known),
  };
}

export function surrogateSnippet(surrogates: Surrogates, known: Known = nothing): Snippet {
  return {
    label: 'Surrogate',
    description: 'How a model is trained that stands in for another one',
    body: trainingBody([...surrogates.keys()], 'surrogate', known),
  };
}

export function generatorSnippet(generators: Generators, known: Known = nothing): Snippet {
  return {
    label: 'Generator',
    description: 'How a network is trained that makes images against a model',
    body: trainingBody([...generators.keys()], 'generator', known),
  };
}

function trainingBody(kinds: readonly string[], ending: string, { models, datasets }: Known) {
  return {
    kind: `\${4|${kinds}|}`,
    model: placeholder(2, models, 'model'),
    dataset: placeholder(3, datasets, 'dataset'),
    path: `models/\${2:model}-${ending}`,
  };
}

/** A choice of known names, or room for one. Names that would need escapes are left to be typed. */
function placeholder(place: number, known: readonly string[], otherwise: string): string {
  const names = known.filter((name) => !/[\\"|,$}]/.test(name));
  return names.length > 0 ? `\${${place}|${names}|}` : `\${${place}:${otherwise}}`;
}

/** The same with a name in front, for where an object of named things is to be filled in. */
export function named({ label, description, body }: Snippet): Snippet {
  return { label, description, body: { '${1:name}': body } };
}
