import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { appendFile, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeCounterexamples } from '../../../src/corpus/counterexample.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import type { TestProgress } from '../../../src/jobs/runTest.ts';
import { readExamples } from '../../../src/reports/examples.ts';
import type { UnplannedReport } from '../../../src/reports/report.ts';
import { isPlanned, type RunReport } from '../../../src/reports/report.ts';
import { prepareRunFolder, readReport } from '../../../src/reports/runFolder.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import { type RunRequest, run, UnsavedRun } from '../../../src/run/run.ts';
import { unplannedReports } from '../../../src/run/unplanned.ts';
import { updateBaseline } from '../../../src/run/updateBaseline.ts';
import { resolvePlans } from '../../../src/settings/plans.ts';
import { readWorkspace } from '../../../src/settings/readSettings.ts';
import { lasting } from '../../soak/kills/differences.ts';
import { counterexample } from '../../support/counterexamples.ts';
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
const version = '1.0.0';
const tests = {
  first: fgsm,
  // Its images are done one after the other.
  second: { ...fgsm, attack: 'ifgsm', parameters: { steps: 40, stepSize: '0.25/255' } },
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
  const common = () => ({ engine, version, workspace: folder.at('workspace'), folder: place(), plans });
  const outcomes = ({ tests }: RunReport) => tests.map(({ name, status }) => [name, status]);
  /** Runs what is left; the tests that this took. */
  async function resumed(
    given: Partial<RunRequest> = {},
  ): Promise<{ started: string[]; report: RunReport; notes: readonly string[] }> {
    const started: string[] = [];
    const finished = await resumeRun(place(), given.plans ?? plans, given.version ?? version, given.isBaseline);
    const report = await run({ ...common(), ...given, finished, onStart: ({ name }) => started.push(name) });
    return { started, report, notes: finished.notes };
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

  describe('that was interrupted within a test', () => {
    const finishedIn = async () => {
      const names = await readdir(path.join(place(), 'finished')).catch(() => []);
      return names.map((name) => path.join(place(), 'finished', name));
    };
    /** Runs until a test has so many examples, and is interrupted there. */
    async function interruptedAfter(examples: number, name: string): Promise<void> {
      const controller = new AbortController();
      const reason = new Error('interrupted');
      const onProgress = ({ test, phase, done }: TestProgress) => {
        if (test.endsWith(name) && phase === 'attacking' && done >= examples) controller.abort(reason);
      };
      await assert.rejects(run({ ...common(), signal: controller.signal, onProgress }), reason);
    }
    /** When the adversarial images of what is finished were written. */
    async function written(): Promise<Map<string, number>> {
      const [file = assert.fail('nothing is finished')] = await finishedIn();
      const whole = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
      const finished = new Set(whole.map((line) => JSON.parse(line).index));
      const times = new Map<string, number>();
      for (const { test, index, adversarialImage } of await readExamples(place())) {
        if (test !== 'signs › second' || !finished.has(index) || adversarialImage === null) continue;
        times.set(adversarialImage, (await stat(path.join(place(), adversarialImage))).mtimeMs);
      }
      return times;
    }
    const figures = ({ tests }: RunReport) => lasting(tests, folder.at());
    const inOrder = async () => (await readExamples(place())).map((one) => JSON.stringify(one)).sort();

    it('keeps every image that is finished, and computes the rest', async () => {
      const whole = await run(common());
      const examples = await inOrder();
      await prepareRunFolder(place());
      await interruptedAfter(3, 'second');
      const before = await written();
      assert.ok(before.size > 0 && before.size < 8, `${before.size} are finished`);
      // The lines that it was about to write when it was killed.
      const [file = ''] = await finishedIn();
      await appendFile(file, '{"index":7,"sha256":"ab');
      await appendFile(path.join(place(), 'examples.jsonl'), '{"test":"signs › sec');

      const { notes, report, started } = await resumed();
      assert.deepEqual(started, ['second', 'third']);
      assert.deepEqual(notes, [`signs › second goes on: ${before.size} images are finished.`]);
      for (const [image, time] of before) assert.equal((await stat(path.join(place(), image))).mtimeMs, time, image);
      assert.deepEqual(figures(report), figures(whole));
      assert.deepEqual(await inOrder(), examples);
      assert.deepEqual(await finishedIn(), [], 'what a verdict has no use for is left');
    });

    it('begins the test anew, and says why, where the model, images, settings, or Perturb are others', async () => {
      const [first = assert.fail(), second = assert.fail(), third = assert.fail()] = plans;
      const model = path.join(path.dirname(first.model.path), 'model.json');
      const image = path.join(first.dataset?.path ?? '', 'stop', '01.png');
      const touch = (file: string) => utimes(file, new Date(), new Date());
      const cases: [string, () => Promise<Partial<RunRequest>>][] = [
        ['version of Perturb', async () => ({ version: '1.0.1' })],
        ['settings', async () => ({ plans: [first, { ...second, seed: 9 }, third] })],
        ['model', async () => touch(model).then(() => ({}))],
        ['images', async () => touch(image).then(() => ({}))],
      ];
      for (const [cause, change] of cases) {
        await prepareRunFolder(place());
        await interruptedAfter(3, 'second');
        const { notes } = await resumed(await change());
        const line = `signs › second begins anew, as these are others than before: ${cause}.`;
        assert.ok(notes.includes(line), `${cause}: ${notes}`);
        const seen = (await readExamples(place())).map(({ test, index }) => `${test} ${index}`);
        assert.equal(new Set(seen).size, seen.length, 'an example is there twice');
      }
    });

    it('goes on with known counterexamples that are others, as attacks do not follow from them', async () => {
      await interruptedAfter(3, 'second');
      const elsewhere = plans.map((plan) => ({ ...plan, robustness: folder.at('elsewhere') }));
      const { notes, started } = await resumed({ plans: elsewhere });
      assert.ok(
        notes.some((line) => line.startsWith('signs › second goes on')),
        String(notes),
      );
      // A verdict follows from them.
      assert.deepEqual(started, ['first', 'second', 'third']);
    });

    it('attacks again what is damaged, or of which an example is missing', async () => {
      const whole = await run(common());
      const examples = await inOrder();
      const damages: [string, () => Promise<void>, RegExp][] = [
        [
          'a line',
          async () => {
            const [file = assert.fail()] = await finishedIn();
            const text = await readFile(file, 'utf8');
            await writeFile(file, text.replace('"results"', '"nothing"'));
          },
          /second begins anew: .*finished.*, line 1, is damaged/,
        ],
        [
          'examples',
          async () => {
            const file = path.join(place(), 'examples.jsonl');
            const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
            await writeFile(
              file,
              lines
                .slice(0, -1)
                .map((line) => `${line}\n`)
                .join(''),
            );
          },
          /second goes on/,
        ],
      ];
      for (const [name, damage, note] of damages) {
        await prepareRunFolder(place());
        await interruptedAfter(4, 'second');
        await damage();
        const { notes, report } = await resumed();
        assert.match(notes.join('\n'), note, name);
        assert.deepEqual(figures(report), figures(whole), name);
        assert.deepEqual(await inOrder(), examples, name);
      }
    });

    it('does not take what another test has finished for its own', async () => {
      await interruptedAfter(3, 'second');
      const [file = assert.fail()] = await finishedIn();
      // Without a line that says what it was run from, nothing of it counts.
      await writeFile(path.join(place(), 'fingerprints.json'), '{}');
      const { started } = await resumed({ plans: plans.slice(0, 1) });
      assert.deepEqual(started, ['first']);
      assert.ok(!(await finishedIn()).includes(file));
    });
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

  it('keeps verdicts that are the baseline now, unless other counterexamples are known or they are to be held against it', async () => {
    const robustness = folder.at('robustness');
    const own = plans.map((plan) => ({ ...plan, robustness }));
    const known = counterexample();
    await writeCounterexamples(robustness, [known]);
    const { tests } = await run({ ...common(), plans: own, isBaseline: true });
    const started = async (isBaseline: boolean) => (await resumed({ plans: own, isBaseline })).started;
    await updateBaseline(
      robustness,
      tests.filter(isPlanned).map((report) => ({ report, folder: place() })),
      own.map(({ id }) => id),
    );
    await writeCounterexamples(robustness, [{ ...known, fixed: known.model }]);
    assert.deepEqual(await started(true), []);
    await writeCounterexamples(robustness, [known, counterexample({ label: 'class 1' })]);
    assert.deepEqual(await started(true), ['first', 'second', 'third']);
    assert.deepEqual(await started(false), ['first', 'second', 'third']);
    assert.deepEqual(await started(false), []);
  });

  it('does not trust a verdict of which it is not known what it was run from', async () => {
    await run(common());
    for (const text of ['{"signs › first": "', 'null', '[1]', '"text"']) {
      await writeFile(path.join(place(), 'fingerprints.json'), text);
      assert.deepEqual((await resumed()).started, ['first', 'second', 'third']);
    }
  });

  it('cannot be resumed where there is none', async () => {
    await rejectsWith(resumeRun(folder.at('nowhere'), plans, version), folder.at('nowhere'), 'no run in it to resume');
  });
});
