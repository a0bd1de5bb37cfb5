import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readCounterexamples, writeCounterexamples } from '../../../src/corpus/counterexample.ts';
import { revive } from '../../../src/corpus/original.ts';
import { readImage } from '../../../src/data/readImage.ts';
import { stretching } from '../../../src/data/resizing.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import { html } from '../../../src/exports/html.ts';
import { distances } from '../../../src/geometry/norms.ts';
import type { ReportedRun } from '../../../src/page/reportedRun.ts';
import { readExamples } from '../../../src/reports/examples.ts';
import { isPlanned, type TestReport } from '../../../src/reports/report.ts';
import { prepareRunFolder, readReport } from '../../../src/reports/runFolder.ts';
import { type KeptOfTest, keepFrom } from '../../../src/run/keep.ts';
import { run } from '../../../src/run/run.ts';
import { resolvePlans } from '../../../src/settings/plans.ts';
import { readWorkspace } from '../../../src/settings/readSettings.ts';
import { hashOf } from '../../support/counterexamples.ts';
import { demoImage, imagesOf, writeWorkspace } from '../../support/demoWorkspace.ts';
import { engineHere } from '../../support/engineHere.ts';
import { builtProgram } from '../../support/program.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const common = { model: 'signs', dataset: 'street', audit: false };
const tests = {
  curve: { ...common, attack: 'pgd', epsilon: ['4/255', '12/255'], expect: { robustAccuracy: 0 } },
  'few pixels': { ...common, attack: 'sigma-zero', expect: { medianDistance: 0 } },
  harmless: { ...common, attack: 'fgsm', epsilon: '1/255', expect: { robustAccuracy: 0 } },
};

describe('counterexamples of the demo', function () {
  this.timeout(300_000);
  const folder = suiteFolder();
  const engine = engineHere();
  builtProgram();
  let plans: readonly TestPlan[] = [];
  let kept: KeptOfTest[] = [];
  const at = (name: string) => folder.at('workspace', name);
  const robustness = () => at('robustness');
  const planOf = (id: string) => plans.find((plan) => plan.id === id);

  async function ran(place: string, names: readonly string[]): Promise<TestReport[]> {
    await prepareRunFolder(folder.at(place));
    const wanted = plans.filter(({ name }) => names.includes(name));
    await run({ engine, version: '1.0.0', workspace: folder.at('workspace'), folder: folder.at(place), plans: wanted });
    return (await readReport(folder.at(place))).tests.filter(isPlanned);
  }

  before(async () => {
    const minimumEligible = { minimumEligible: 1 };
    const own = Object.entries(tests).map(([name, test]) => [name, { ...test, ...minimumEligible }]);
    await writeWorkspace(folder.at('workspace'), { tests: Object.fromEntries(own), images: imagesOf('stop') });
    plans = resolvePlans(await readWorkspace(folder.at('workspace'))).plans;
    await ran('first', Object.keys(tests));
    kept = await keepFrom({ engine, run: folder.at('first'), tests: ['curve', 'few pixels'], planOf });
  });

  it('are kept without another run, each once, beside the settings', async () => {
    const known = await readCounterexamples(robustness());
    assert.deepEqual(
      kept.map(({ test, added, known, notes }) => [test, added, known, notes]),
      ['signs › curve', 'signs › few pixels'].map((id) => [id, known.filter(({ test }) => test === id).length, 0, []]),
    );
    assert.ok(known.length > 0, 'something fooled the model');
    for (const one of known) assert.match(one.image, /^\.\.\/data\/street\/stop\/0\d\.png$/);
  });

  it('are within the smallest budget that fooled the model, and nearer than what the attack found', async () => {
    const input = { height: 32, width: 32, channels: 3 } as const;
    const known = (await readCounterexamples(robustness())).filter(({ test }) => test === 'signs › curve');
    for (const one of known) {
      const {
        original,
        adversarial,
        sparse = original,
      } = await revive(one, robustness(), {
        input,
        resizing: stretching,
      });
      const { linf } = distances(original, adversarial, 3);
      assert.ok(linf <= (one.epsilon ?? 0) + 1e-6, `${linf} is beyond ${one.epsilon}`);
      const { l0 } = distances(original, sparse, 3);
      assert.ok(l0 > 0 && l0 < 100, `the sparse one has ${l0} pixels`);
    }
  });

  it('are not kept twice', async () => {
    const again = await keepFrom({ engine, run: folder.at('first'), tests: ['signs › curve'], planOf });
    assert.deepEqual([again[0]?.added, again[0]?.known], [0, kept[0]?.added]);
  });

  it('are tried before the attack: still fooled changes no verdict, newly fooled fails the test', async () => {
    const known = await readCounterexamples(robustness());
    const [first] = known.filter(({ test }) => test === 'signs › curve') as [(typeof known)[number]];
    const [before] = (await ran('second', ['curve'])) as [TestReport];
    assert.equal(before.status, 'passed', before.message);
    assert.deepEqual(
      new Set(before.counterexamples?.examples.map(({ state, since }) => `${state} ${since}`)),
      new Set([`stillFooled ${before.model.sha256}`]),
    );
    const changed = known.map((one) => (one === first ? { ...one, fixed: hashOf('fixed it') } : one));
    await writeCounterexamples(robustness(), changed);
    const [after] = (await ran('third', ['curve'])) as [TestReport];
    assert.equal(after.status, 'failed');
    assert.match(after.message, /^1 known counterexample newly fooled: stop\/0\d\.png; robust accuracy/);
    await writeCounterexamples(robustness(), known);
  });

  it('have their three pictures in the report where they are none of the images of the run', async () => {
    await prepareRunFolder(folder.at('sample'));
    const plan = planOf('signs › curve') as TestPlan;
    const dataset = { ...(plan.dataset as NonNullable<TestPlan['dataset']>), limit: 1 };
    const common = { engine, version: '1.0.0', workspace: folder.at('workspace'), folder: folder.at('sample') };
    const report = await run({ ...common, plans: [{ ...plan, dataset, minimumEligible: 0 }] });
    const [test] = report.tests.filter(isPlanned) as [TestReport];
    const own = await readExamples(folder.at('sample'));
    const known = (await readCounterexamples(robustness())).filter(({ test }) => test === 'signs › curve');
    const outside = known.filter(({ sha256 }) => own.every((example) => example.sha256 !== sha256));
    assert.ok(outside.length > 0, 'all are among the images');
    assert.deepEqual(
      new Set(test.knownExamples?.map(({ identity }) => identity)),
      new Set(outside.map(({ identity }) => identity)),
    );
    const page = await html(report, folder.at('sample'), path.join(import.meta.dirname, '..', '..', '..', 'dist'));
    const [, data = ''] = /id="[^"]*">([A-Za-z0-9+/=]{100,})</.exec(page) ?? [];
    const shown = JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString()) as ReportedRun;
    const { images = {} } = (shown.tests[0] as { shown: { images?: Record<string, string> } }).shown;
    for (const example of test.knownExamples ?? []) {
      const one = outside.find(({ identity }) => identity === example.identity) as (typeof known)[number];
      assert.deepEqual([example.status, example.isOutside], ['fooled', true]);
      assert.ok((example.epsilon ?? 1) <= (one.epsilon ?? 0), 'it is shown at a larger budget');
      const input = { height: 32, width: 32, channels: 3 } as const;
      const revived = await revive(one, robustness(), { input, resizing: stretching });
      for (const [name, pixels] of [
        [example.originalImage, revived.original],
        [example.adversarialImage as string, revived.adversarial],
      ] as const) {
        // What the perturbation is drawn from.
        assert.deepEqual((await readImage(folder.at('sample', name), input)).pixels, pixels);
        assert.match(images[name] ?? '', /^data:image\/png;base64,/);
      }
    }
  });

  it('make the test errored, and say why, where they cannot be tried', async () => {
    await rm(at('data/street/stop/01.png'));
    const text = await readFile(path.join(robustness(), 'counterexamples.jsonl'), 'utf8');
    const [missing] = (await ran('fourth', ['curve'])) as [TestReport];
    const isKept = text.includes('stop/01.png');
    assert.equal(missing.status, isKept ? 'errored' : 'passed', missing.message);
    if (isKept) assert.match(missing.message, /01\.png.*original of the known counterexample/);
    await import('node:fs/promises').then(({ cp }) => cp(demoImage('stop/01.png'), at('data/street/stop/01.png')));
  });

  it('of a harmless attack are none to keep', async () => {
    const report = await readReport(folder.at('first'));
    const harmless = report.tests.find(({ name }) => name === 'harmless') as TestReport;
    if (harmless.rounds[0]?.metrics.counts.fooled !== 0) return;
    await rejectsWith(keepFrom({ engine, run: folder.at('first'), tests: ['harmless'], planOf }), 'nothing to keep');
  });

  it('of unknown tests, or of a folder without a run, are refused', async () => {
    await rejectsWith(
      keepFrom({ engine, run: folder.at('first'), tests: ['nothing'], planOf }),
      'no test named nothing',
      'curve',
    );
    await rejectsWith(keepFrom({ engine, run: folder.at('nowhere'), planOf }), 'no results of a run');
    await rejectsWith(
      keepFrom({ engine, run: folder.at('first'), planOf: () => undefined }),
      'no longer define the test',
    );
  });

  it('of a model that has changed since the run are refused', async () => {
    const other = { ...(planOf('signs › curve') as TestPlan) };
    const labels = at('models/signs/model.json');
    const text = await readFile(labels, 'utf8');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(labels, `${text}\n`);
    await rejectsWith(
      keepFrom({ engine, run: folder.at('first'), tests: ['curve'], planOf: () => other }),
      'not what it was in the run',
    );
    await writeFile(labels, text);
  });
});
