import { detectors as detectorCatalog } from '../defenses/detectors/catalog.ts';
import type { DetectorDefinition } from '../defenses/detectors/detectorDefinition.ts';
import { surrogates as surrogateCatalog } from '../defenses/surrogates/catalog.ts';
import { defenses as defenseCatalog } from '../defenses/training/catalog.ts';
import type { Defenses, Detectors, Surrogates } from '../settings/trainingSchema.ts';
import { describeDefinition } from './describeDefinition.ts';

const introduction =
  'A detector rejects images that look like an attack; a training defense makes a hardened model of a model; a surrogate stands in for a model, so that an attacker who cannot see into it has something to craft examples on. All are trained, from the editor or with `perturb train`, as an entry of `perturb.detectors`, `perturb.defenses` or `perturb.surrogates` says, which names its kind by the id. Parameters that it does not give have the values of its preset: `quick`, for a first look, unless it says `paper`, which has the values of the original source. This page is written from the code by `npm run generate`.';

const detectorIntroduction =
  'A detector says of each image how suspicious it is. Where that is above a threshold, the image is rejected; the threshold lets a stated fraction of clean images be rejected. A test names a detector and the attacker that it faces: `unaware` of it, or `adaptive`, who attacks model and detector at once.';

const trainingIntroduction =
  'A training defense trains a copy of a TensorFlow.js layers model further. The original stays as it is.';

const surrogateIntroduction =
  'A surrogate is a model of its own, for the same images and classes. A test names it as its `surrogate`: the attack is crafted on it, and the tested model only judges. Its layers are those of the model that `architecture` names, or are chosen by the size of the images; it is a TensorFlow.js layers model, written as ONNX as well.';

/** The text of `media/defenses.md`: every detector, training defense, and way to train a surrogate, with parameters, their defaults and sources. */
export function defensesDocument(
  detectors: Detectors = detectorCatalog,
  defenses: Defenses = defenseCatalog,
  surrogates: Surrogates = surrogateCatalog,
): string {
  const parts = [
    '# The defenses',
    introduction,
    '## Detectors',
    detectorIntroduction,
    ...[...detectors.values()].map(describeDetector),
    '## Training defenses',
    trainingIntroduction,
    ...[...defenses.values()].map((defense) => describeDefinition(defense, {})),
    '## Surrogates',
    surrogateIntroduction,
    ...[...surrogates.values()].map((surrogate) => describeDefinition(surrogate, {})),
  ];
  return `${parts.join('\n\n')}\n`;
}

function describeDetector(detector: DetectorDefinition): string {
  const { learnsFrom, wantsAdversarial, surrogate } = detector;
  const both = 'clean images and adversarial examples';
  const fromClean = wantsAdversarial
    ? `clean images alone, or ${both}, depending on its parameters`
    : 'clean images alone';
  return describeDefinition(detector, {
    'Learns from': learnsFrom === 'clean' ? fromClean : both,
    ...(surrogate !== undefined && { 'In place of its gradient': surrogate }),
  });
}
