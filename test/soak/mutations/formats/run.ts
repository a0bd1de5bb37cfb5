import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatTable } from '../../../../src/cli/table.ts';
import { version } from '../../../../src/cli/version.ts';
import { readExamples } from '../../../../src/reports/examples.ts';
import { lockFolder } from '../../../../src/reports/lock.ts';
import { prepareRunFolder, readReport } from '../../../../src/reports/runFolder.ts';
import { writePictures } from '../../../../src/reports/writePictures.ts';
import { resumeRun } from '../../../../src/run/resume.ts';
import { run as runTests } from '../../../../src/run/run.ts';
import { resolvePlans } from '../../../../src/settings/plans.ts';
import { readWorkspace } from '../../../../src/settings/readSettings.ts';
import { writeWorkspace } from '../../../support/demoWorkspace.ts';
import { engineHere } from '../../../support/engineHere.ts';
import { type Format, filesIn } from '../format.ts';

const test = { model: 'signs', dataset: 'street', attack: 'fgsm', epsilon: '8/255', expect: { robustAccuracy: 0 } };

/** The workspace of the run, which tells what its tests were run from. */
let workspace = '';
const plans = async () => resolvePlans(await readWorkspace(workspace)).plans;

/** Run folders: summary, examples, fingerprints, marker. */
export const run: Format = {
  async intact() {
    workspace = await mkdtemp(path.join(tmpdir(), 'perturb-soak-'));
    await writeWorkspace(workspace, { tests: { one: test, two: { ...test, record: 1 } }, images: ['stop/01.png'] });
    const folder = path.join(workspace, 'run');
    await mkdir(folder);
    await prepareRunFolder(folder);
    await runTests({ engine: engineHere(), workspace, version, folder, plans: await plans() });
    return [await filesIn(folder)];
  },
  mutable: /\.(json|jsonl)$/,
  async open(at) {
    // What the view, the table and a run that goes on read.
    formatTable(await readReport(at));
    await readExamples(at);
    for (const { id } of await plans()) await writePictures(at, id);
    const unlock = await lockFolder(at);
    try {
      await resumeRun(at, await plans(), version);
    } finally {
      await unlock();
    }
  },
};
