import { detectors as detectorCatalog } from '../defenses/detectors/catalog.ts';
import type { DetectorDefinition } from '../defenses/detectors/detectorDefinition.ts';
import { generators as generatorCatalog } from '../defenses/generators/catalog.ts';
import { surrogates as surrogateCatalog } from '../defenses/surrogates/catalog.ts';
import { defenses as defenseCatalog } from '../defenses/training/catalog.ts';
import type { Defenses, Detectors, Generators, Surrogates } from '../settings/trainingSchema.ts';
import { describeDefinition } from './describeDefinition.ts';

const introduction =
  'A detector rejects images that look like an attack; a training defense makes a hardened model of a model; a surrogate stands in for a model, so that an attacker who cannot see into it has something to craft examples on; a generator is a network that makes images against a model. All are trained, from the editor or with `perturb train`, as an entry of `perturb.detectors`, `perturb.defenses`, `perturb.surrogates` or `perturb.generators` says, which names its kind by the id. Parameters that it does not give have the values of its preset: `quick`, for a first look, unless it says `paper`, which has the values of the original source. This page is written from the code by `npm run generate`.';

const detectorIntroduction =
  'A detector says of each image how suspicious it is. Where that is above a threshold, the image is rejected; the threshold lets a stated fraction of clean images be rejected. A test names a detector and the attacker that it faces: `unaware` of it, or `adaptive`, who attacks model and detector at once.';

const trainingIntroduction =
  'A training defense trains a copy of a TensorFlow.js layers model further. The original stays as it is.';

const surrogateIntroduction =
  'A surrogate is a model of its own, for the same images and classes. A test names it as its `surrogate`: the attack is crafted on it, and the tested model only judges. Its layers are those of the model that `architecture` names, or are chosen by the size of the images; examples carry over best to networks that have the same. It is a TensorFlow.js layers model, written as ONNX as well.';

const generatorIntroduction =
  'A generator is trained against a TensorFlow.js layers model, or against a `surrogate` in its place, which is the black-box form. It belongs to that model, and is refused for any other. The training is resumed where it was interrupted, and ends as one that was not; one whose numbers are no longer finite is stopped, and its last good state kept. It is written as ONNX as well.';

/** The text of `media/defenses.md`: every detector, training defense, way to train a surrogate, and generator, with parameters, their defaults and sources. */
export function defensesDocument(
  detectors: Detectors = detectorCatalog,
  defenses: Defenses = defenseCatalog,
  surrogates: Surrogates = surrogateCatalog,
  generators: Generators = generatorCatalog,
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
    '## Generators',
    generatorIntroduction,
    ...[...generators.values()].map((generator) => describeDefinition(generator, {})),
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
