import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dropUnfinishedLine, filterExamples, readExamples } from '../../../src/reports/examples.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('the examples of a run', () => {
  const folder = temporaryFolder();

  it('are read without a last line that was cut off', async () => {
    await folder.write('run/examples.jsonl', '{"index":0}\n{"index":1}\n{"ind');
    assert.deepEqual(await readExamples(folder.at('run')), [{ index: 0 }, { index: 1 }]);
  });

  it('are read where lines are longer than what is read at once', async () => {
    const labels = ['ä'.repeat(100_001), 'b', 'ç'.repeat(70_003)];
    const lines = labels.map((label) => `${JSON.stringify({ label })}\n`);
    await folder.write('run/examples.jsonl', `${lines.join('')}{"label":"${'d'.repeat(200_000)}`);
    const labelsOf = async () => (await readExamples(folder.at('run'))).map(({ label }) => label);
    assert.deepEqual(await labelsOf(), labels);
    await dropUnfinishedLine(folder.at('run'));
    assert.equal(await readFile(folder.at('run', 'examples.jsonl'), 'utf8'), lines.join(''));
  });

  it('are kept in part, and the others dropped', async () => {
    const many = Array.from({ length: 150_000 }, (_, index) => `{"index":${index}}\n`);
    await folder.write('run/examples.jsonl', many.join(''));
    await filterExamples(folder.at('run'), ({ index }) => index % 50_000 === 1);
    assert.deepEqual(await readExamples(folder.at('run')), [{ index: 1 }, { index: 50_001 }, { index: 100_001 }]);
  });

  it('are rid of a line that was cut off, so that others can follow', async () => {
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
});
