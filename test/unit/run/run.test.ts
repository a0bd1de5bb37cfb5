import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { appendFile, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import { readExamples } from '../../../src/reports/examples.ts';
import type { UnplannedReport } from '../../../src/reports/report.ts';
import { isPlanned, type RunReport } from '../../../src/reports/report.ts';
import { prepareRunFolder, readReport } from '../../../src/reports/runFolder.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import { type RunRequest, run, UnsavedRun } from '../../../src/run/run.ts';
import { unplannedReports } from '../../../src/run/unplanned.ts';
import { resolvePlans } from '../../../src/settings/plans.ts';
import { readWorkspace } from '../../../src/settings/readSettings.ts';
import { imagesOf, writeWorkspace } from '../../support/demoWorkspace.ts';
import { engineHere } from '../../support/engineHere.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const fgsm = {
  model: 'signs',
  dataset: 'street',
  attack: 'fgsm',
  epsilon: '8/255',
  expect: { robustAccuracy: 0 },
  audit: false,
};
const tests = {
  first: fgsm,
  second: { ...fgsm, epsilon: '2/255' },
  third: { ...fgsm, epsilon: '64/255', expect: { robustAccuracy: 1 } },
  impossible: { ...fgsm, attack: 'magic' },
};

describe('a run', function () {
  this.timeout(120_000);
  const folder = suiteFolder();
  const engine = engineHere();
  let plans: TestPlan[] = [];
  let unplanned: UnplannedReport[] = [];
  before(async () => {
    await writeWorkspace(folder.at('workspace'), { tests, images: imagesOf('stop', 'yield') });
    const resolution = resolvePlans(await readWorkspace(folder.at('workspace')));
    plans = [...resolution.plans];
    unplanned = unplannedReports(resolution.problems);
  });

  const place = () => folder.at('run');
  beforeEach(() => prepareRunFolder(place()));
  const common = () => ({ engine, workspace: folder.at('workspace'), folder: place(), plans });
  const outcomes = ({ tests }: RunReport) => tests.map(({ name, status }) => [name, status]);
  /** Runs what is left; the tests that this took. */
  async function resumed(given: Partial<RunRequest> = {}): Promise<{ started: string[]; report: RunReport }> {
    const started: string[] = [];
    const finished = await resumeRun(place(), given.plans ?? plans);
    const report = await run({ ...common(), ...given, finished, onStart: ({ name }) => started.push(name) });
    return { started, report };
  }
  /** Runs until a test begins, and is interrupted there. */
  async function interruptedAt(name: string): Promise<void> {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const onStart = (plan: TestPlan) => plan.name === name && controller.abort(reason);
    await assert.rejects(run({ ...common(), signal: controller.signal, onStart }), reason);
  }

  it('gives what it came to, even if it cannot be kept', async () => {
    // A folder where the summary belongs.
    const onStart = () => mkdirSync(path.join(place(), 'report.json', 'mine'), { recursive: true });
    const failed = await run({ ...common(), plans: plans.slice(0, 1), onStart }).catch((error) => error);
    assert.ok(failed instanceof UnsavedRun, String(failed));
    assert.match(failed.message, /^Cannot write .*report\.json/);
    assert.deepEqual(
      failed.report.tests.map(({ name }) => name),
      ['first'],
    );
  });

  it('keeps values of the environment from what it writes', async () => {
    const [plan] = plans as [TestPlan];
    const secrets = { PICTURES: plan.dataset?.path ?? assert.fail('the test has no images') };
    const report = await run({ ...common(), plans: [{ ...plan, secrets }] });
    for (const name of ['report.json', 'examples.jsonl']) {
      const text = await readFile(path.join(place(), name), 'utf8');
      assert.ok(!text.includes(secrets.PICTURES), `${name} has the value`);
      assert.ok(text.includes('{env:PICTURES}'), `${name} lacks the name`);
    }
    assert.equal(report.tests[0]?.origin.file, plan.origin.file);
  });

  it('reports what cannot run, then each test, with a summary after each', async () => {
    const log: unknown[] = [];
    const report = await run({
      ...common(),
      unplanned,
      onStart: ({ name }) => log.push(`${name} starts`),
      onProgress: ({ test, done }) => done === 1 && log.push(`${test} advances`),
      onFinished: async ({ name }) => log.push(`${name} ends`),
    });
    const each = (name: string) => [`${name} starts`, `signs › ${name} advances`, `${name} ends`];
    assert.deepEqual(log, ['impossible ends', ...each('first'), ...each('second'), ...each('third')]);
    assert.deepEqual(outcomes(report), [
      ['impossible', 'errored'],
      ['first', 'passed'],
      ['second', 'passed'],
      ['third', 'failed'],
    ]);
    assert.match(
      report.tests[0]?.message ?? '',
      /settings\.json:\d+:\d+: perturb\.tests › impossible › attack: .*magic/,
    );
    assert.deepEqual(outcomes(await readReport(place())), outcomes(report));
  });

  it('keeps what was finished when it is interrupted, and goes on from there', async () => {
    const whole = await run(common());
    const examples = await readExamples(place());
    await prepareRunFolder(place());
    await interruptedAt('second');
    assert.deepEqual(outcomes(await readReport(place())), [['first', 'passed']]);
    const { started } = await readReport(place());
    // What a killed test had finished, and the line that it was about to write.
    const [line = assert.fail()] = examples.filter(({ test }) => test === 'signs › second');
    await appendFile(path.join(place(), 'examples.jsonl'), `${JSON.stringify(line)}\n{"test":"signs › sec`);

    const rest = await resumed();
    assert.deepEqual(rest.started, ['second', 'third']);
    assert.equal(rest.report.started, started);
    const figures = ({ tests }: RunReport) =>
      tests.map((test) => isPlanned(test) && [test.id, test.status, test.rounds]);
    assert.deepEqual(figures(rest.report), figures(whole));
    assert.deepEqual(await readExamples(place()), examples);
  });

  it('does nothing anew that has a verdict, wherever the settings have it now', async () => {
    await run(common());
    const moved = plans.map((plan) => ({ ...plan, origin: { ...plan.origin, line: plan.origin.line + 7 } }));
    const { started, report } = await resumed({ plans: moved });
    assert.deepEqual(started, []);
    assert.deepEqual(
      report.tests.map(({ origin }) => origin.line),
      moved.map(({ origin }) => origin.line),
    );
  });

  it('runs a test again whose plan, model or images have changed, or that was errored', async () => {
    const [first = assert.fail(), ...others] = plans;
    const missing = { ...first, classes: ['nothing'] };
    await run({ ...common(), plans: [missing, ...others] });
    assert.deepEqual((await resumed({ plans: [missing, ...others] })).started, ['first']);
    assert.deepEqual((await resumed()).started, ['first']);
    assert.deepEqual((await resumed({ plans: [first, ...others.map((plan) => ({ ...plan, seed: 9 }))] })).started, [
      'second',
      'third',
    ]);
    await resumed();
    const weights = (await readdir(path.dirname(first.model.path))).find((name) => name.endsWith('.bin'));
    await utimes(path.join(path.dirname(first.model.path), weights ?? assert.fail()), new Date(), new Date());
    assert.deepEqual((await resumed()).started, ['first', 'second', 'third']);
    const image = path.join(first.dataset?.path ?? '', 'stop', '01.png');
    await utimes(image, new Date(), new Date());
    assert.deepEqual((await resumed()).started, ['first', 'second', 'third']);
    assert.deepEqual((await resumed()).started, []);
  });

  it('does not trust a verdict of which it is not known what it was run from', async () => {
    await run(common());
    for (const text of ['{"signs › first": "', 'null', '[1]', '"text"']) {
      await writeFile(path.join(place(), 'fingerprints.json'), text);
      assert.deepEqual((await resumed()).started, ['first', 'second', 'third']);
    }
  });

  it('cannot be resumed where there is none', async () => {
    await rejectsWith(resumeRun(folder.at('nowhere'), plans), folder.at('nowhere'), 'no run in it to resume');
  });
});
