import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { readExamples } from '../../../src/reports/examples.ts';
import type { RunReport } from '../../../src/reports/report.ts';
import { createRunFolder, prepareRunFolder, readReport, writeReport } from '../../../src/reports/runFolder.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('run folder', () => {
  const folder = temporaryFolder();
  const list = async () => (await readdir(folder.at('run'))).sort();

  it('of a workspace is named by the time and left to git to ignore', async () => {
    const made = await createRunFolder(folder.at(), new Date('2026-03-01T12:34:56.789Z'));
    assert.equal(made, folder.at('.perturb', 'runs', '2026-03-01T12-34-56.789Z'));
    assert.deepEqual(await readExamples(made), []);
    assert.equal(await readFile(folder.at('.perturb', '.gitignore'), 'utf8'), '*\n');
  });

  it('follows the one before it, whatever the clock says', async () => {
    const now = new Date('2026-03-01T12:34:56.789Z');
    const made: string[] = [];
    for (const time of [now, now, new Date('2025-01-01T00:00:00Z')])
      made.push(await createRunFolder(folder.at(), time));
    assert.deepEqual(made, made.toSorted());
    assert.equal(new Set(made).size, 3);
    const others = await Promise.all(Array.from({ length: 8 }, () => createRunFolder(folder.at(), now)));
    assert.equal(new Set([...made, ...others]).size, 11);
  });

  it('leaves a .gitignore that is a link alone', async () => {
    await folder.write('mine.txt', 'mine');
    await mkdir(folder.at('.perturb'));
    await symlink(folder.at('mine.txt'), folder.at('.perturb', '.gitignore'));
    await createRunFolder(folder.at(), new Date());
    assert.equal(await readFile(folder.at('mine.txt'), 'utf8'), 'mine');
  });

  it('loses what an earlier run left in it, and nothing else', async () => {
    await prepareRunFolder(folder.at('run'));
    for (const name of ['report.json', 'images/a/b.png', 'pictures/c.png', 'notes.txt']) {
      await folder.write(`run/${name}`, 'x');
    }
    await folder.write('run/examples.jsonl', '{"index":0}\n');
    await prepareRunFolder(folder.at('run'));
    assert.deepEqual(await list(), ['.perturb-folder.json', 'examples.jsonl', 'notes.txt']);
    assert.deepEqual(await readExamples(folder.at('run')), []);
  });

  for (const name of ['images/a.png', 'pictures/a.png', 'report.json']) {
    it(`is refused where ${name} is not from a run`, async () => {
      await folder.write(`run/${name}`, 'x');
      await folder.write('run/examples.jsonl', '{"index":0}\n');
      const before = await list();
      await rejectsWith(prepareRunFolder(folder.at('run')), 'holds other files (', 'Choose a new or an empty folder');
      assert.deepEqual(await list(), before);
    });
  }

  it('keeps the summary, infinite distances with it', async () => {
    await prepareRunFolder(folder.at('run'));
    const metrics = { medianDistance: Infinity, meanDistance: 0.25 };
    const report = { format: 'perturb-report', tests: [{ name: 'a', metrics, other: null }] };
    await writeReport(folder.at('run'), report as unknown as RunReport);
    assert.deepEqual(await readReport(folder.at('run')), report);
    assert.deepEqual(await list(), ['.perturb-folder.json', 'examples.jsonl', 'report.json']);
  });
});
