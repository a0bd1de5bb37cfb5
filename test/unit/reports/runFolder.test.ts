import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import type { RunReport } from '../../../src/reports/report.ts';
import { formatEpsilon } from '../../../src/reports/report.ts';
import {
  createRunFolder,
  dropUnfinishedLine,
  filterExamples,
  prepareRunFolder,
  readExamples,
  readReport,
  writeReport,
} from '../../../src/reports/runFolder.ts';
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

  it('gives the examples without a last line that was cut off', async () => {
    await folder.write('run/examples.jsonl', '{"index":0}\n{"index":1}\n{"ind');
    assert.deepEqual(await readExamples(folder.at('run')), [{ index: 0 }, { index: 1 }]);
  });

  it('gives examples whose lines are longer than what is read at once', async () => {
    const labels = ['ä'.repeat(100_001), 'b', 'ç'.repeat(70_003)];
    const lines = labels.map((label) => `${JSON.stringify({ label })}\n`);
    await folder.write('run/examples.jsonl', `${lines.join('')}{"label":"${'d'.repeat(200_000)}`);
    const labelsOf = async () => (await readExamples(folder.at('run'))).map(({ label }) => label);
    assert.deepEqual(await labelsOf(), labels);
    await dropUnfinishedLine(folder.at('run'));
    assert.equal(await readFile(folder.at('run', 'examples.jsonl'), 'utf8'), lines.join(''));
  });

  it('keeps some examples of many, and drops the others', async () => {
    const many = Array.from({ length: 150_000 }, (_, index) => `{"index":${index}}\n`);
    await folder.write('run/examples.jsonl', many.join(''));
    await filterExamples(folder.at('run'), ({ index }) => index % 50_000 === 1);
    assert.deepEqual(await readExamples(folder.at('run')), [{ index: 1 }, { index: 50_001 }, { index: 100_001 }]);
  });

  it('is rid of a line that was cut off, so that others can follow', async () => {
    for (const [before, after] of [
      ['{"index":0}\n{"ind', '{"index":0}\n'],
      ['{"ind', ''],
      ['{"index":0}\n', '{"index":0}\n'],
    ]) {
      const file = await folder.write('run/examples.jsonl', before as string);
      await dropUnfinishedLine(folder.at('run'));
      assert.equal(await readFile(file, 'utf8'), after);
    }
  });

  it('keeps the summary, infinite distances with it', async () => {
    await prepareRunFolder(folder.at('run'));
    const metrics = { medianDistance: Infinity, meanDistance: 0.25 };
    const report = { format: 'perturb-report', tests: [{ name: 'a', metrics, other: null }] };
    await writeReport(folder.at('run'), report as unknown as RunReport);
    assert.deepEqual(await readReport(folder.at('run')), report);
    assert.deepEqual(await list(), ['.perturb-folder.json', 'examples.jsonl', 'report.json']);
  });
});

describe('formatEpsilon', () => {
  it('counts gray levels in linf only', () => {
    assert.equal(formatEpsilon(8 / 255, 'linf'), '8/255');
    assert.equal(formatEpsilon(0.01, 'linf'), '0.01');
    assert.equal(formatEpsilon(1, 'linf'), '1');
    assert.equal(formatEpsilon(0.2, 'l2'), '0.2');
    assert.equal(formatEpsilon(1, 'l0'), '1');
  });
});
