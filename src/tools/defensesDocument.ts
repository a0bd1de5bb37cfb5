import { detectors as detectorCatalog } from '../defenses/detectors/catalog.ts';
import type { DetectorDefinition } from '../defenses/detectors/detectorDefinition.ts';
import { defenses as defenseCatalog } from '../defenses/training/catalog.ts';
import type { Defenses, Detectors } from '../settings/trainingSchema.ts';
import { describeDefinition } from './describeDefinition.ts';

const introduction =
  'A detector rejects images that look like an attack; a training defense makes a hardened model of a model. Both are trained, from the editor or with `perturb train`, as an entry of `perturb.detectors` or `perturb.defenses` says, which names its kind by the id. Parameters that it does not give have the values of its preset: `quick`, for a first look, unless it says `paper`, which has the values of the original source. This page is written from the code by `npm run generate`.';

const detectorIntroduction =
  'A detector says of each image how suspicious it is. Where that is above a threshold, the image is rejected; the threshold lets a stated fraction of clean images be rejected. A test names a detector and the attacker that it faces: `unaware` of it, or `adaptive`, who attacks model and detector at once.';

const trainingIntroduction =
  'A training defense trains a copy of a TensorFlow.js layers model further. The original stays as it is.';

/** The text of `media/defenses.md`: every detector and training defense, with parameters, their defaults and sources. */
export function defensesDocument(detectors: Detectors = detectorCatalog, defenses: Defenses = defenseCatalog): string {
  const parts = [
    '# The defenses',
    introduction,
    '## Detectors',
    detectorIntroduction,
    ...[...detectors.values()].map(describeDetector),
    '## Training defenses',
    trainingIntroduction,
    ...[...defenses.values()].map((defense) => describeDefinition(defense, {})),
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
