import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { detectors } from '../../../../src/defenses/detectors/catalog.ts';
import { openDetector, writeDetector } from '../../../../src/defenses/detectors/detectorFile.ts';
import type { DifferentiableClassifier } from '../../../../src/models/classifier.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { fittingContext, toyClassifier, toyExamples } from '../../../support/detectorToys.ts';
import { type Files, type Format, filesIn } from '../format.ts';

const sha256 = 'ab'.repeat(32);
let classifier: DifferentiableClassifier;

/** Small ones, where a detector has a parameter of that name. */
const small: Readonly<Record<string, unknown>> = { epochs: 1, batch: 20, neighbors: 4, activation: 'first' };

async function filesOf(kind: string): Promise<Files> {
  const definition = detectors.get(kind) as NonNullable<ReturnType<typeof detectors.get>>;
  const own = Object.fromEntries(Object.entries(small).filter(([name]) => Object.hasOwn(definition.parameters, name)));
  const parameters = { ...completeParameters(definition, {}, 'quick'), ...own };
  const state = await definition.fit(toyExamples(24, 1), parameters, fittingContext(classifier));
  const folder = await mkdtemp(path.join(tmpdir(), 'perturb-soak-'));
  const facts = { kind, model: { name: 'toy', sha256 }, preset: 'quick', seen: ['fgsm'] } as const;
  await writeDetector(folder, { ...facts, parameters, threshold: 0.5, scale: 1, falsePositiveRate: 0.05 }, state);
  const files = await filesIn(folder);
  await rm(folder, { recursive: true });
  return files;
}

/** Folders of detectors of every kind that a plain model can have. */
export const detector: Format = {
  async intact() {
    classifier = await toyClassifier();
    const kinds = [...detectors.keys()].filter((kind) => kind !== 'collaborative');
    const all: Files[] = [];
    for (const kind of kinds) all.push(await filesOf(kind));
    return all;
  },
  async open(at) {
    const { detector } = await openDetector(at, classifier, sha256);
    try {
      await detector.pullback(toyExamples(2, 2).clean.map(({ pixels }) => pixels));
    } finally {
      detector.dispose?.();
    }
  },
};
