import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExampleReport, RunReport } from '../../../src/reports/report.ts';
import { imagesOf, signsModel, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, type Ended, perturb } from '../../support/program.ts';
import { planned, readLines, readReport } from '../../support/readRun.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const images = imagesOf('children', 'stop');
const common = { model: 'signs', dataset: 'street', minimumEligible: 1 };
const tests = {
  'FGSM linf': { ...common, attack: 'fgsm', epsilon: '8/255', seed: 7, expect: { robustAccuracy: 0.3 } },
  'I-FGSM curve': {
    ...common,
    attack: 'ifgsm',
    norm: 'l2',
    epsilon: [0.25, 1],
    parameters: { steps: 4 },
    expect: { robustAccuracy: [0, 1], cleanAccuracy: 0.9 },
  },
  'random target': { ...common, attack: 'fgsm', epsilon: '8/255', target: 'random', expect: { successRate: 1 } },
  'other seed': { ...common, attack: 'fgsm', epsilon: '8/255', target: 'random', seed: 1, expect: { successRate: 1 } },
};

describe('perturb run', () => {
  const folder = suiteFolder();
  builtProgram();

  let settings = '';
  let [everything, again]: Ended[] = [];
  let report: RunReport;
  let examples: ExampleReport[] = [];
  const output = () => folder.at('run');
  const ofTest = (name: string) => examples.filter(({ test }) => test === `signs › ${name}`);

  before(async () => {
    settings = await writeWorkspace(folder.at('workspace'), { tests, images });
    everything = await perturb('run', folder.at('workspace'), '--output', output(), '--json');
    again = await perturb('run', folder.at('workspace'), '--output', folder.at('again'), '--profile');
    report = await readReport(output());
    examples = await readLines(output());
  });

  it('exits 1 when a test fails, and says what was expected and measured', () => {
    assert.equal(everything?.code, 1);
    const statuses = report.tests.map(({ name, status }) => [name, status]);
    assert.deepEqual(statuses, [
      ['FGSM linf', 'passed'],
      ['I-FGSM curve', 'failed'],
      ['random target', 'passed'],
      ['other seed', 'passed'],
    ]);
    assert.match(
      planned(report, 'I-FGSM curve').message,
      /^robust accuracy at L2 1 is \d+\.\d%, expected at least 100\.0%$/,
    );
  });

  it('prints nothing but JSON with --json: the report with the examples of each test', () => {
    const printed = JSON.parse(everything?.stdout ?? '');
    assert.equal(everything?.stderr, '');
    const { folder: printedFolder, tests: printedTests, ...rest } = printed;
    assert.equal(printedFolder, output());
    const inlined = printedTests.flatMap(({ examples }: { examples: ExampleReport[] }) => examples);
    assert.deepEqual(inlined, examples);
    const bare = printedTests.map(({ examples: _, ...test }: { examples: ExampleReport[] }) => test);
    assert.deepEqual({ ...rest, tests: bare }, report);
  });

  it('prints a table with a line for each budget, why tests failed, and where the results are', () => {
    const lines = again?.stdout.split('\n') ?? [];
    const rows = lines.filter((line) => line.startsWith('│')).map((line) => line.split('│').map((cell) => cell.trim()));
    assert.deepEqual(
      rows.slice(1).map(([, name, model, attack, budget]) => [name, model, attack, budget]),
      [
        ['FGSM linf', 'signs', 'FGSM linf', '8/255'],
        ['I-FGSM curve', 'signs', 'I-FGSM l2', '0.25'],
        ['', '', '', '1'],
        ['random target', 'signs', 'FGSM linf → random', '8/255'],
        ['other seed', 'signs', 'FGSM linf → random', '8/255'],
      ],
    );
    assert.ok(lines.includes(`✗ failed: I-FGSM curve: ${planned(report, 'I-FGSM curve').message}`));
    assert.ok(lines.includes(`Results: ${folder.at('again')}`));
    assert.equal(again?.code, 1);
  });

  it('reports all that is needed to repeat a test', async () => {
    const { model, dataset, attack, seed, engine, expect, queries, origin, ...test } = planned(report, 'FGSM linf');
    const modelFiles = ['model.json', 'weights.bin'].map((name) => folder.at('workspace', 'models', 'signs', name));
    const hash = createHash('sha256');
    for (const file of modelFiles) hash.update(await readFile(file));
    const labels = await readFile(folder.at('workspace', 'models', 'signs', 'labels.txt'), 'utf8');
    const classes = labels.trim().split('\n');
    assert.deepEqual(model, {
      name: 'signs',
      path: modelFiles[0],
      sha256: hash.digest('hex'),
      input: { height: 32, width: 32, channels: 3 },
      classes,
      preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channels: 'rgb' },
      resizing: { resize: 'stretch', interpolation: 'lanczos' },
      notes: [],
    });
    const data = folder.at('workspace', 'data', 'street');
    assert.deepEqual(dataset, { name: 'street', path: data, images: images.length, notes: [] });
    assert.deepEqual(attack, {
      id: 'fgsm',
      title: 'FGSM',
      kind: 'attack',
      threatModel: 'white-box',
      norm: 'linf',
      preset: 'quick',
      quantize: true,
      epsilons: [8 / 255],
      parameters: {},
    });
    assert.deepEqual([seed, planned(report, 'random target').seed], [7, 0]);
    assert.match(engine.name, /^ONNX Runtime/);
    assert.equal(engine.location, 'process');
    assert.deepEqual(expect, { robustAccuracy: [0.3] });
    assert.equal(queries.gradients, images.length);
    assert.ok(test.time > 0);
    const line = (await readFile(settings, 'utf8')).split('\n').findIndex((text) => text.includes('"FGSM linf"')) + 1;
    assert.deepEqual(origin, { file: settings, line });
  });

  it('says what the time of each test went into, and prints it where it is asked for', () => {
    for (const { name } of report.tests) {
      const { time, profile } = planned(report, name);
      assert.ok(profile);
      const whole = Object.values(profile).reduce((sum, seconds) => sum + seconds, 0);
      // Both are taken at the end, one after the other.
      assert.ok(Math.abs(whole - time) < 0.1, `${whole} s of ${time} s`);
      for (const activity of ['engine', 'attack', 'judging', 'reading', 'writing', 'audit'] as const) {
        assert.ok(profile[activity] > 0, `${name}: ${activity}`);
      }
    }
    const line =
      /^profile: FGSM linf: \d+\.\d s: (?:(?:opening|reading|engine|attack|judging|writing|audit) \d+\.\d%(?:, |$)){7}/m;
    assert.match(again?.stdout ?? '', line);
  });

  it('reports every parameter of the attack as it was used, at each budget', () => {
    const { attack, rounds } = planned(report, 'I-FGSM curve');
    assert.deepEqual(attack.parameters, { steps: 4, stepSize: (2.5 * 1) / 4 });
    assert.deepEqual(
      rounds.map(({ epsilon, parameters }) => ({ epsilon, parameters })),
      [
        { epsilon: 0.25, parameters: { steps: 4, stepSize: (2.5 * 0.25) / 4 } },
        { epsilon: 1, parameters: { steps: 4, stepSize: (2.5 * 1) / 4 } },
      ],
    );
  });

  it('reports the metrics that follow from its examples', () => {
    const list = ofTest('FGSM linf');
    const count = (wanted: string) => list.filter(({ status }) => status === wanted).length;
    const [fooled, held] = [count('fooled'), count('held')];
    assert.ok(fooled > 0 && held > 0, `${fooled} fooled, ${held} held: these images tell nothing`);
    const metrics = planned(report, 'FGSM linf').metrics;
    assert.deepEqual(metrics?.counts, { total: 8, wrong: 0, ineligible: 0, eligible: 8, fooled, held });
    assert.equal(metrics?.cleanAccuracy, 1);
    assert.equal(metrics?.robustAccuracy, held / 8);
    assert.equal(metrics?.successRate, fooled / 8);
    // One example that held is infinitely far, and so are the mean and, with half of them, the median. JSON has no ∞.
    assert.equal(metrics?.meanDistance, null);
    const distances = list.map(({ status, norms }) => (status === 'fooled' ? (norms?.linf as number) : Infinity));
    const sorted = distances.sort((a, b) => a - b);
    const median = ((sorted[3] as number) + (sorted[4] as number)) / 2;
    assert.equal(metrics?.medianDistance, Number.isFinite(median) ? median : null);
    assert.deepEqual(planned(report, 'I-FGSM curve').metrics, planned(report, 'I-FGSM curve').rounds[1]?.metrics);
  });

  it('lists every image at every budget', async () => {
    assert.deepEqual(
      Object.keys(tests).map((name) => ofTest(name).length),
      [8, 16, 8, 8],
    );
    for (const example of examples) {
      assert.equal(
        example.sha256,
        createHash('sha256')
          .update(await readFile(example.image))
          .digest('hex'),
      );
      assert.equal(example.label, path.basename(path.dirname(example.image)));
      for (const { class: name, confidence = 0 } of [example.clean, example.adversarial ?? example.clean]) {
        assert.equal(typeof name, 'string');
        assert.ok(confidence > 0 && confidence <= 1);
      }
      assert.deepEqual(Object.keys(example.norms ?? {}), ['linf', 'l2', 'l1', 'l0']);
      for (const file of [example.originalImage, example.adversarialImage as string])
        await access(folder.at('run', file));
    }
  });

  it('gives the same examples for the same seed, and draws others for another', async () => {
    // Lines are in the order in which examples finished, which may differ.
    assert.deepEqual(inOrder(await readLines(folder.at('again'))), inOrder(examples));
    const targets = (name: string) => ofTest(name).map(({ target }) => target);
    assert.notDeepEqual(targets('random target'), targets('other seed'));
  });

  it('runs the tests that --test names, and exits 0 when they pass', async () => {
    const picked = await perturb('run', folder.at('workspace'), '--test', 'FGSM linf');
    assert.equal(picked.code, 0);
    const results = /^Results: (.*)$/m.exec(picked.stdout)?.[1] ?? '';
    assert.equal(path.dirname(results), folder.at('workspace', '.perturb', 'runs'));
    assert.deepEqual(
      (await readReport(results)).tests.map(({ name }) => name),
      ['FGSM linf'],
    );
    assert.equal(await readFile(folder.at('workspace', '.perturb', '.gitignore'), 'utf8'), '*\n');
  });

  it('takes the names of classes from YAML', async () => {
    const workspace = folder.at('yaml');
    const models = { signs: { ...signsModel, labels: 'labels.yaml' } };
    await writeWorkspace(workspace, { tests: { yaml: tests['FGSM linf'] }, images, models });
    const names = (await readFile(path.join(workspace, signsModel.labels), 'utf8')).trim().split('\n');
    await writeFile(path.join(workspace, 'labels.yaml'), names.map((name, i) => `${i}: ${name}\n`).join(''));
    const { code, stderr } = await perturb('run', workspace);
    assert.equal(code, 0, stderr);
  });

  it('names the tests there are when --test names another', async () => {
    const { code, stdout, stderr } = await perturb('run', folder.at('workspace'), '--test', 'FGSM', 'FGSM linf');
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.equal(stderr, `There is no test named FGSM. The tests are: ${Object.keys(tests).join(', ')}.\n`);
  });
});

/** Examples of a run by test, budget and place in the dataset. */
function inOrder(examples: readonly ExampleReport[]): ExampleReport[] {
  const key = ({ test, epsilon, index }: ExampleReport) => `${test} ${epsilon} ${String(index).padStart(6, '0')}`;
  return examples.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
