import { detectors as detectorCatalog } from '../defenses/detectors/catalog.ts';
import { defenses as defenseCatalog } from '../defenses/training/catalog.ts';
import type { Defenses, Described, Detectors } from '../settings/trainingSchema.ts';

const introduction =
  'A detector rejects images that look like an attack; a training defense makes a hardened model of a model. Both are trained, from the editor or with `perturb train`, as an entry of `perturb.detectors` or `perturb.defenses` says, which names its kind by the id. This page is written from the code by `npm run generate`.';

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
    ...[...detectors.values()].map((detector) => {
      const { learnsFrom, surrogate } = detector;
      const gradient = surrogate === undefined ? [] : [`- **In place of its gradient**: ${surrogate}`];
      const learning = learnsFrom === 'clean' ? 'clean images alone' : 'clean images and adversarial examples';
      return describe(detector, [`- **Learns from**: ${learning}`, ...gradient]);
    }),
    '## Training defenses',
    trainingIntroduction,
    ...[...defenses.values()].map((defense) => describe(defense, [])),
  ];
  return `${parts.join('\n\n')}\n`;
}

function describe({ id, title, description, source, parameters }: Described, own: readonly string[]): string {
  const facts = [`- **Id**: \`${id}\``, ...own, `- **Source**: ${source}`].join('\n');
  const rows = Object.entries(parameters).map(
    ([
      name,
      {
        description,
        default: { text, source },
      },
    ]) => {
      const cells = [description, `${text} (${source})`].map((cell) => cell.replaceAll('|', '\\|'));
      return `| \`${name}\` | ${cells.join(' | ')} |`;
    },
  );
  const table = ['| parameter | meaning | default |', '|---|---|---|', ...rows].join('\n');
  return [`### ${title}`, description, facts, rows.length > 0 ? table : 'It has no parameters.'].join('\n\n');
}
