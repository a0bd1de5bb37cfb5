import path from 'node:path';
import { imagesOf, signsModel, writeSettings, writeWorkspace } from '../../../support/demoWorkspace.ts';
import type { Command } from '../command.ts';

const common = { model: 'signs', dataset: 'street' };
const settings = {
  'perturb.models': { signs: signsModel },
  'perturb.datasets': { street: { path: 'data/street' } },
  'perturb.defenses': {
    hard: { ...common, kind: 'fast', path: 'hard', parameters: { epochs: 1, batchSize: 4 } },
  },
  'perturb.detectors': { net: { ...common, kind: 'feature-squeezing', path: 'net' } },
};

/** `perturb train` of a defense and a detector, which goes on by itself. */
export const train: Command = {
  async prepare(folder) {
    await writeWorkspace(folder, { tests: {}, images: imagesOf('stop', 'yield') });
    await writeSettings(folder, JSON.stringify(settings));
  },
  arguments: (folder) => ['train', folder, '--defense', 'hard', '--detector', 'net'],
  outputs: (folder) => ['hard', 'net'].map((name) => path.join(folder, name)),
  isRepeated: true,
};
