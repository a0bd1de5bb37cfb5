import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { computeMetrics } from '../../../src/evaluation/metrics.ts';
import { readExamples } from '../../../src/reports/examples.ts';
import type { RunReport } from '../../../src/reports/report.ts';
import { createRunFolder, prepareRunFolder, readReport, writeReport } from '../../../src/reports/runFolder.ts';
import { unstartedReport } from '../../../src/reports/unstartedReport.ts';
import { finishedExample, lineOf } from '../../support/finishedExample.ts';
import { planOf } from '../../support/plans.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** A report with a test that was run, nobody's distance finite, and one that could not be. */
const report: RunReport = (() => {
  const metrics = computeMetrics([{ status: 'held' }], 'l2', { targeted: false });
  const queries = { points: 1, gradients: 1 };
  const round = { epsilon: 0.25, parameters: {}, metrics, queries, warnings: [] };
  const comparison = { metric: 'medianDistance', expected: 1, measured: Infinity, result: 'met' } as const;
  const test = unstartedReport(planOf({ attack: 'ifgsm', norm: 'l2' }), 'process');
  const { id, name, origin } = test;
  return {
    format: 'perturb-report',
    version: 1,
    workspace: '/nowhere',
    started: '2026-03-01T12:34:56.789Z',
    tests: [
      { ...test, status: 'passed', metrics, comparisons: [comparison], rounds: [round] },
      { id, name, origin, status: 'errored', message: 'There is no such model.' },
    ],
  };
})();

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
    await folder.write('run/examples.jsonl', lineOf(finishedExample()));
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
    await writeReport(folder.at('run'), report);
    assert.deepEqual(await readReport(folder.at('run')), report);
    assert.deepEqual(await list(), ['.perturb-folder.json', 'examples.jsonl', 'report.json']);
  });

  it('may be from anyone: a summary that is not as it was written is refused', async () => {
    const [test = assert.fail(), ...others] = report.tests;
    for (const [changed, words] of [
      [[], 'the whole must be object'],
      [{ ...report, version: 2 }, 'version must be equal to constant'],
      [{ ...report, tests: [null] }, 'tests/0 must'],
      [{ ...report, tests: [{ ...test, name: {} }, ...others] }, 'tests/0/name must be string'],
      [
        { ...report, tests: [{ ...test, pictures: ['../../../secret.png'] }] },
        'tests/0/pictures/0 is not what a run writes',
      ],
      [
        { ...report, tests: [{ ...test, findings: [{ check: '../../x', message: '' }] }] },
        'tests/0/findings/0/check is not',
      ],
      [{ ...report, tests: [{ ...test, metrics: { robustAccuracy: '1' } }] }, 'tests/0/metrics'],
    ] as const) {
      await folder.write('run/report.json', JSON.stringify(changed));
      await rejectsWith(readReport(folder.at('run')), folder.at('run', 'report.json'), 'is damaged', words);
    }
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    await folder.write('run/report.json', JSON.stringify({ ...report, deep: 0 }).replace('"deep":0', `"deep":${deep}`));
    await rejectsWith(readReport(folder.at('run')), 'report.json is damaged', 'nested too deeply');
    await folder.write('run/report.json', JSON.stringify(report).slice(0, -9));
    await rejectsWith(readReport(folder.at('run')), 'report.json is damaged', 'JSON');
  });
});
