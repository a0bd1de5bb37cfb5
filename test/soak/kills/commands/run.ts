import path from 'node:path';
import { writeWorkspace } from '../../../support/demoWorkspace.ts';
import type { Command } from '../command.ts';
import { filesIn } from '../outputs.ts';
import { finishedResults, missingImages, missingVerdicts } from '../runOutputs.ts';

const common = { model: 'signs', dataset: 'street', epsilon: '16/255', audit: false };
const tests = {
  first: { ...common, attack: 'fgsm', expect: { robustAccuracy: 0 } },
  second: { ...common, attack: 'ifgsm', epsilon: ['2/255', '16/255'], record: 1, expect: { robustAccuracy: 1 } },
  third: { ...common, attack: 'ifgsm', norm: 'l2', epsilon: 0.5, quantize: false, expect: { robustAccuracy: 0 } },
  fourth: {
    ...{ model: 'signs', dataset: 'street', attack: 'fmn', norm: 'l2', parameters: { steps: 10 }, audit: true },
    ...{ minimumEligible: 1, expect: { medianDistance: 5 } },
  },
  fifth: { ...common, attack: 'square', queries: 60, expect: { robustAccuracy: 0 } },
};

/** The run folder. */
export const outputOf = (folder: string) => path.join(folder, 'output');

/** `perturb run`, gone on with by --resume. */
export const run: Command = {
  async prepare(folder) {
    await writeWorkspace(folder, { tests, images: ['stop/01.png', 'stop/02.png', 'yield/01.png', 'yield/02.png'] });
  },
  arguments: (folder) => ['run', folder, '--output', outputOf(folder)],
  async again(folder) {
    // What was killed before it had begun leaves nothing to resume.
    const hasBegun = (await filesIn(outputOf(folder))).includes('examples.jsonl');
    return ['run', folder, hasBegun ? '--resume' : '--output', outputOf(folder)];
  },
  outputs: (folder) => [outputOf(folder)],
  faults: async (folder) => [...(await missingImages(outputOf(folder))), ...(await missingVerdicts(outputOf(folder)))],
  remember: (folder) => finishedResults(outputOf(folder)),
};
