import assert from 'node:assert/strict';
import { appendFile, readFile } from 'node:fs/promises';
import { dropUnfinishedLine, ExampleTail, filterExamples, readExamples } from '../../../src/reports/examples.ts';
import type { ExampleReport } from '../../../src/reports/report.ts';
import { finishedExample, lineOf } from '../../support/finishedExample.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('the examples of a run', () => {
  const folder = temporaryFolder();

  it('are read without a last line that was cut off', async () => {
    const examples = [0, 1].map((index) => finishedExample({ index }));
    await folder.write('run/examples.jsonl', `${examples.map(lineOf).join('')}{"ind`);
    assert.deepEqual(await readExamples(folder.at('run')), examples);
  });

  it('are read where lines are longer than what is read at once', async () => {
    const labels = ['ä'.repeat(100_001), 'b', 'ç'.repeat(70_003)];
    const lines = labels.map((label) => lineOf(finishedExample({ label })));
    await folder.write('run/examples.jsonl', `${lines.join('')}{"label":"${'d'.repeat(200_000)}`);
    const labelsOf = async () => (await readExamples(folder.at('run'))).map(({ label }) => label);
    assert.deepEqual(await labelsOf(), labels);
    await dropUnfinishedLine(folder.at('run'));
    assert.equal(await readFile(folder.at('run', 'examples.jsonl'), 'utf8'), lines.join(''));
  });

  it('are read as they are written, each once, and whole', async () => {
    const [first, second, third] = ['ä', 'b', 'ç'].map((label) => finishedExample({ label })) as [
      ExampleReport,
      ExampleReport,
      ExampleReport,
    ];
    const file = folder.at('run', 'examples.jsonl');
    await folder.write('run/examples.jsonl', '');
    const tail = new ExampleTail(folder.at('run'));
    const next = async () => {
      const labels: string[] = [];
      for await (const { label } of tail.read()) labels.push(label);
      return labels;
    };
    assert.deepEqual(await next(), []);
    const cut = Buffer.from(lineOf(first) + lineOf(second));
    await appendFile(file, cut.subarray(0, -5));
    assert.deepEqual(await next(), ['ä']);
    assert.deepEqual(await next(), []);
    await appendFile(file, Buffer.concat([cut.subarray(-5), Buffer.from(lineOf(third))]));
    assert.deepEqual(await next(), ['b', 'ç']);
    await appendFile(file, '{"label":1}\n');
    await rejectsWith(next(), 'examples.jsonl, line 4, is damaged');
  });

  it('are kept in part, and the others dropped', async () => {
    const many = Array.from({ length: 150_000 }, (_, index) => lineOf(finishedExample({ index })));
    await folder.write('run/examples.jsonl', many.join(''));
    await filterExamples(folder.at('run'), ({ index }) => index % 50_000 === 1);
    const kept = await readExamples(folder.at('run'));
    assert.deepEqual(
      kept.map(({ index }) => index),
      [1, 50_001, 100_001],
    );
  });

  it('name a line that is damaged, and what is wrong there', async () => {
    const trace = { image: 'pictures/a.png', columns: 1, axis: 'step', steps: [] } as const;
    for (const [example, words] of [
      [{}, 'the whole must have required properties'],
      [finishedExample({ originalImage: '../../secret.png' }), 'originalImage is not what a run writes'],
      [finishedExample({ originalImage: 'images/../../secret.png' }), 'originalImage is not what a run writes'],
      [finishedExample({ originalImage: '/etc/passwd' }), 'originalImage is not what a run writes'],
      [
        finishedExample({ adversarialArray: 'images\\..\\..\\secret.npy' }),
        'adversarialArray is not what a run writes',
      ],
      [finishedExample({ trace: { ...trace, image: 'images/..' } }), 'trace/image is not what a run writes'],
      [finishedExample({ trace: { ...trace, columns: 0 } }), 'trace/columns must be >= 1'],
      [finishedExample({ status: 'fine' as 'held' }), 'status must be equal to one of'],
      [finishedExample({ index: -1 }), 'index must be >= 0'],
    ] as const) {
      await folder.write('run/examples.jsonl', `${lineOf(finishedExample())}${JSON.stringify(example)}\n`);
      await rejectsWith(readExamples(folder.at('run')), 'examples.jsonl, line 2, is damaged', words);
    }
    await folder.write('run/examples.jsonl', '{"index":\n');
    await rejectsWith(readExamples(folder.at('run')), 'examples.jsonl, line 1, is damaged', 'JSON');
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
