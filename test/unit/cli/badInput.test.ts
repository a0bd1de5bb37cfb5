import assert from 'node:assert/strict';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { RunReport } from '../../../src/reports/report.ts';
import { demoImage, signsModel, writeSettings, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, type Ended, perturb } from '../../support/program.ts';
import { planned, readReport } from '../../support/readRun.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const good = {
  model: 'signs',
  dataset: 'street',
  attack: 'fgsm',
  epsilon: '8/255',
  expect: { robustAccuracy: 0 },
};

/** Tests that their settings keep from running: the words that must be said, and where the mistake stands. */
const inSettings: Record<string, { test: object; key: string; words: string[] }> = {
  'unknown key': { test: { ...good, epsilom: 1 }, key: 'epsilom', words: ['There is no setting "epsilom"', 'epsilon'] },
  'wrong type': { test: { ...good, seed: 'seven' }, key: 'seed', words: ['"seven" is not valid', 'whole number'] },
  'epsilon 0': { test: { ...good, epsilon: 0 }, key: 'epsilon', words: ['0 is not valid', 'a number greater than 0'] },
  'epsilon negative': { test: { ...good, epsilon: -1 }, key: 'epsilon', words: ['-1 is not valid', 'greater than 0'] },
  'epsilon 8/0': { test: { ...good, epsilon: '8/0' }, key: 'epsilon', words: ['"8/0" divides by zero', '"8/255"'] },
  'epsilon below a level': {
    test: { ...good, epsilon: 0.001 },
    key: 'epsilon',
    words: ['0.001 is less than one gray level', '"1/255"', '"quantize"'],
  },
  'unknown attack': { test: { ...good, attack: 'fgms' }, key: 'attack', words: ['"fgms" is not valid', '"fgsm"'] },
  'unknown model': { test: { ...good, model: 'sings' }, key: 'model', words: ['There is no "sings"', '"signs"'] },
  'unknown dataset': { test: { ...good, dataset: 'lane' }, key: 'dataset', words: ['There is no "lane"', 'street'] },
};

/** Tests that fail to run for what is in their files: the words that must be said. */
const inFiles: Record<string, { test: object; words: string[] }> = {
  'unknown label': { test: { ...good, dataset: 'unknown' }, words: ['no class named "stopp" (did you mean "stop"?)'] },
  'unknown target': {
    test: { ...good, target: 'yeild', expect: { successRate: 1 } },
    words: ['no class named "yeild" (did you mean "yield"?)'],
  },
  'unknown class': { test: { ...good, classes: ['stpo'] }, words: ['no class named "stpo" (did you mean "stop"?)'] },
  'empty dataset': { test: { ...good, dataset: 'empty' }, words: ['data/empty has no images. Add some'] },
  'missing dataset': {
    test: { ...good, dataset: 'nowhere' },
    words: ['data/nowhere does not exist. Correct the path'],
  },
  'corrupt image': {
    test: { ...good, dataset: 'corrupt' },
    words: ['data/corrupt/stop/01.png: it is corrupt or truncated', 'Replace it with an intact image'],
  },
  'broken model': {
    test: { ...good, model: 'broken' },
    words: ['models/broken/model.json', 'weights.bin has 1000 bytes of weights', 'truncated'],
  },
  'no model': { test: { ...good, model: 'nothing' }, words: ['models/nothing/model.json: there is no such model'] },
};

describe('perturb run with bad input', () => {
  const folder = suiteFolder();
  builtProgram();

  let settings = '';
  let lines: string[] = [];
  let printed: Ended;
  let report: RunReport;
  const at = (...names: string[]) => folder.at('workspace', ...names);
  const lineOf = (text: string, from = 0) => lines.findIndex((line, i) => i >= from && line.includes(text)) + 1;

  before(async () => {
    const tests = {
      first: good,
      ...Object.fromEntries(
        [...Object.entries(inSettings), ...Object.entries(inFiles)].map(([name, { test }]) => [name, test]),
      ),
      'images that need work': { ...good, dataset: 'strange' },
      last: good,
    };
    settings = await writeWorkspace(at(), {
      tests,
      images: ['stop/01.png', 'yield/01.png'],
      models: {
        broken: { ...signsModel, path: 'models/broken/model.json' },
        nothing: { ...signsModel, path: 'models/nothing/model.json' },
      },
      datasets: Object.fromEntries(
        ['unknown', 'empty', 'nowhere', 'corrupt', 'strange'].map((name) => [name, { path: `data/${name}` }]),
      ),
    });
    await writeImages();
    const text = await readFile(settings, 'utf8');
    // VS Code lets people write comments and trailing commas, so these must do no harm.
    await writeSettings(at(), `// Signs.\n${text.replace(/\n\}\s*$/, ', /* the end */\n}\n')}`);
    lines = (await readFile(settings, 'utf8')).split('\n');
    printed = await perturb('run', at(), '--output', folder.at('run'));
    report = await readReport(folder.at('run'));
  });

  async function writeImages(): Promise<void> {
    for (const name of ['unknown/stopp', 'empty/stop', 'corrupt/stop', 'strange/stop']) {
      await mkdir(at('data', name), { recursive: true });
    }
    const stop = await readFile(demoImage('stop/02.png'));
    await writeFile(at('data', 'unknown', 'stopp', '01.png'), stop);
    await writeFile(at('data', 'empty', 'stop', 'notes.txt'), 'no image');
    await writeFile(at('data', 'corrupt', 'stop', '01.png'), stop.subarray(0, 1500));
    const strange = (name: string) => at('data', 'strange', 'stop', name);
    await sharp(stop).resize(64, 48).toFile(strange('size.png'));
    await sharp(stop).toColourspace('b-w').toFile(strange('gray.png'));
    await sharp(stop).ensureAlpha(0.9).toFile(strange('alpha.png'));
    await sharp(stop).toColourspace('cmyk').jpeg({ quality: 100 }).toFile(strange('cmyk.jpg'));
    await mkdir(at('models', 'broken'), { recursive: true });
    for (const file of ['model.json', 'weights.bin']) {
      await writeFile(at('models', 'broken', file), await readFile(at('models', 'signs', file)));
    }
    await truncate(at('models', 'broken', 'weights.bin'), 1000);
  }

  it('exits 2, and runs the tests that can run', () => {
    assert.equal(printed.code, 2);
    assert.equal(printed.stderr, '');
    const statusOf = (name: string) => report.tests.find((test) => test.name === name)?.status;
    for (const name of ['first', 'last', 'images that need work']) assert.equal(statusOf(name), 'passed', name);
    for (const name of [...Object.keys(inSettings), ...Object.keys(inFiles)]) assert.equal(statusOf(name), 'errored');
    assert.equal(report.tests.length, 3 + Object.keys(inSettings).length + Object.keys(inFiles).length);
  });

  for (const [name, { key, words }] of Object.entries(inSettings)) {
    it(`says what is wrong, and in which line: ${name}`, () => {
      const { message, origin } = report.tests.find((test) => test.name === name) as RunReport['tests'][number];
      const line = lineOf(`"${key}"`, lineOf(`"${name}"`));
      const place = `${settings}:${line}:${(lines[line - 1] as string).indexOf('"') + 1}: `;
      assert.ok(message.startsWith(`${place}perturb.tests › ${name} › ${key}: `), message);
      assert.equal(message.split('\n').length, 1, message);
      assert.deepEqual(origin, { file: settings, line: lineOf(`"${name}"`) });
      assertPrinted(name, '', message, words);
    });
  }

  for (const [name, { words }] of Object.entries(inFiles)) {
    it(`says what is wrong, and which test it is: ${name}`, () => {
      const { message, origin, rounds } = planned(report, name);
      assert.deepEqual(origin, { file: settings, line: lineOf(`"${name}"`) });
      assert.deepEqual(rounds, []);
      assertPrinted(name, ` (${settings}:${origin.line})`, message, words);
    });
  }

  /** Asserts that a message is a sentence with these words, that ends up before the user's eyes. */
  function assertPrinted(name: string, place: string, message: string, words: readonly string[]): void {
    for (const word of words)
      assert.ok(
        message.includes(word.replaceAll('/', path.sep === '/' ? '/' : path.sep)) || message.includes(word),
        message,
      );
    assert.match(message, /[.?]$/);
    assert.doesNotMatch(message, /\n {4}at /, 'this is a stack');
    assert.ok(printed.stdout.split('\n').includes(`! errored: ${name}${place}: ${message}`), printed.stdout);
  }

  it('says what was done to images that do not fit the model', () => {
    const { dataset } = planned(report, 'images that need work');
    assert.deepEqual([...dataset.notes].sort(), [
      'CMYK converted to RGB: 1 image',
      'gray image: 1 image',
      'stretched to 32×32 (lanczos): 1 image',
      'transparency ignored: 1 image',
    ]);
    for (const note of dataset.notes) assert.ok(printed.stdout.includes(`note: images that need work: ${note}\n`));
  });

  it('takes the names of tests that cannot run, too', async () => {
    const { code, stdout } = await perturb('run', at(), '--output', folder.at('one'), '--test', 'unknown model');
    assert.equal(code, 2);
    assert.match(stdout, /! errored: unknown model: .*There is no "sings"/);
  });

  it('names the line in which settings are no JSON', async () => {
    await mkdir(folder.at('damaged'));
    const file = await writeSettings(folder.at('damaged'), '{\n  "perturb.tests": {\n    "FGSM": [}\n  }\n}\n');
    const { code, stdout, stderr } = await perturb('run', folder.at('damaged'));
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.match(stderr, /^.*settings\.json:3:14: settings: This is not valid JSON: [a-z ]+\.\n$/);
    assert.ok(stderr.startsWith(file));
  });
});
