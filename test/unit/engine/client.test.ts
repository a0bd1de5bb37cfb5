import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { checks } from '../../../src/audit/catalog.ts';
import { EngineClient, type EngineOptions } from '../../../src/engine/client.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import type { TestProgress as Progress } from '../../../src/jobs/runTest.ts';
import { type PreprocessingSettings, resolvePreprocessing } from '../../../src/models/preprocessing.ts';
import { readExamples } from '../../../src/reports/examples.ts';
import { prepareRunFolder } from '../../../src/reports/runFolder.ts';
import { estimatePlan, runPlan } from '../../../src/run/runPlan.ts';
import { resolvePlans } from '../../../src/settings/plans.ts';
import { readWorkspace } from '../../../src/settings/readSettings.ts';
import { imagesOf, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, engineFile } from '../../support/program.ts';
import { readLines } from '../../support/readRun.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const images = imagesOf('stop', 'yield', 'no-entry', 'turn-left', 'keep-right', 'roadworks');
const common = { model: 'signs', attack: 'ifgsm', epsilon: '1/255', expect: { robustAccuracy: 0 } };
const tests = {
  short: { ...common, dataset: 'stops', attack: 'fgsm' },
  // Many more steps than the budget needs: nothing stops early, and images finish batch by batch.
  long: { ...common, dataset: 'street', parameters: { steps: 15 } },
  endless: { ...common, dataset: 'street', parameters: { steps: 100_000 } },
  some: { ...common, dataset: 'street', classes: ['stop', 'yield'] },
  forged: { model: 'signs', attack: 'forge', target: 'stop', expect: { successRate: 1 } },
};

describe('EngineClient', () => {
  const workspace = suiteFolder();
  const folder = temporaryFolder();
  builtProgram();

  let plans: Record<keyof typeof tests, TestPlan>;
  let client: EngineClient | undefined;
  before(async () => {
    const datasets = { stops: { path: 'data/street', limit: 2 } };
    await writeWorkspace(workspace.at('.'), { tests, images, datasets });
    const resolution = resolvePlans(await readWorkspace(workspace.at('.')));
    assert.deepEqual(resolution.problems, []);
    plans = Object.fromEntries(resolution.plans.map((plan) => [plan.name, plan])) as typeof plans;
  });
  afterEach(() => client?.dispose());

  const run = () => folder.at('run');
  const start = (options?: EngineOptions, entry = engineFile) => {
    client = new EngineClient(entry, options);
    return client;
  };
  /** Does something once, at the first progress that is far enough. */
  const once = (isFarEnough: (progress: Progress) => boolean, act: () => void) => {
    let acted = false;
    return (progress: Progress) => {
      if (acted || !isFarEnough(progress)) return;
      acted = true;
      act();
    };
  };
  const hasFinishedOne = ({ done }: Progress) => done >= 1;
  const isAttacking = ({ phase }: Progress) => phase === 'attacking';

  it('says what computes', async () => {
    const engine = start();
    assert.equal(engine.pid, undefined);
    const { tensorflow, node, platform } = await engine.describe();
    assert.match(tensorflow.name, /^tfjs/);
    assert.equal(node, process.version);
    assert.equal(platform, `${process.platform} ${process.arch}`);
    assert.notEqual(engine.pid, process.pid);
  });

  it('reports progress up to the last example, and of the audit', async () => {
    await prepareRunFolder(run());
    const seen: Progress[] = [];
    const report = await runPlan(start(), plans.short, run(), { onProgress: (progress) => seen.push(progress) });
    assert.equal(report.status, 'passed');
    assert.deepEqual(
      seen.map(({ phase, done, total }) => [phase, done, total]),
      [
        ['loading', 0, 0],
        ['attacking', 0, 2],
        ['attacking', 1, 2],
        ['attacking', 2, 2],
        ...Array.from({ length: checks.length + 1 }, (_, done) => ['auditing', done, checks.length]),
      ],
    );
  });

  it('reports the size of a preset in pixels, and refuses a crop of another size', async () => {
    await prepareRunFolder(run());
    const withPreset = (settings: PreprocessingSettings) => ({
      ...plans.short,
      model: { ...plans.short.model, ...resolvePreprocessing(settings) },
    });
    const engine = start();
    const report = await runPlan(engine, withPreset('imagenet'), run());
    assert.deepEqual(report.model.resizing, { resize: 37, interpolation: 'bilinear' });
    assert.deepEqual(report.model.preprocessing?.mean, [0.485, 0.456, 0.406]);
    assert.deepEqual(report.dataset.notes, [
      'resized to a shorter side of 37 (bilinear), center 32×32 cut out: 2 images',
    ]);
    const refused = await runPlan(engine, withPreset({ preset: 'imagenet', crop: 224 }), run());
    assert.equal(refused.status, 'errored');
    assert.match(refused.message, /^"crop" is 224 in the preprocessing of this model, which takes images of 32 × 32\./);
  });

  it('reads no file that takes more of the memory than its options allow', async () => {
    await prepareRunFolder(run());
    await mkdir(folder.at('large', 'stop'), { recursive: true });
    const image = { width: 2500, height: 2500, channels: 3, background: 'red' } as const;
    await sharp({ create: image })
      .png()
      .toFile(folder.at('large', 'stop', 'large.png'));
    const plan: TestPlan = { ...plans.short, dataset: { name: 'large', path: folder.at('large'), labels: 'folders' } };
    const refused = await runPlan(start({ memory: 0.04 }), plan, run());
    assert.equal(refused.status, 'errored');
    assert.match(refused.message, /large\.png: it has 2500 × 2500 pixels, which take 25 MB, more than the 20 MB/);
  });

  it('does not mistake a test that takes longer than the start for one that hangs', async () => {
    await prepareRunFolder(run());
    assert.equal((await runPlan(start({ startLimit: 1 }), plans.short, run())).status, 'passed');
  });

  it('says that the engine does not answer in time', async () => {
    await rejectsWith(start({ startLimit: 1 }).describe(), 'did not answer within 0.001 s');
  });

  it('ends an engine that does not open a model in time, says which, and runs the next test in a new one', async () => {
    await prepareRunFolder(run());
    const engine = start({ openLimit: 1 });
    const report = await runPlan(engine, plans.short, run());
    assert.equal(report.status, 'errored');
    assert.equal(
      report.message,
      `${plans.short.model.path}: the model did not open within 0.001 s. Check that the file is what you exported, or use a smaller model.`,
    );
    engine.restart({});
    assert.equal((await runPlan(engine, plans.short, run())).status, 'passed');
  });

  it('keeps what was finished when the process is killed, and runs the next test in a new one', async () => {
    await prepareRunFolder(run());
    const engine = start();
    let killed = 0;
    const kill = () => {
      killed = engine.pid as number;
      process.kill(killed, 'SIGKILL');
    };
    const report = await runPlan(engine, plans.long, run(), { onProgress: once(hasFinishedOne, kill) });
    const finished = await readExamples(run());
    assert.equal(report.status, 'errored');
    assert.match(report.message, /^The engine process exited during the test \(signal SIGKILL\)\./);
    assert.ok(report.message.includes(`${finished.length} finished examples are kept in ${run()}`), report.message);
    assert.deepEqual(report.rounds, []);
    assert.ok(finished.length >= 1 && finished.length < images.length, `${finished.length} examples`);
    for (const { originalImage, adversarialImage } of finished) {
      assert.ok(existsSync(path.join(run(), originalImage)));
      assert.ok(existsSync(path.join(run(), adversarialImage as string)));
    }

    // A line that the dying process did not get to finish does not spoil the ones that follow.
    await appendFile(path.join(run(), 'examples.jsonl'), '{"test":"signs › lo');
    const next = await runPlan(engine, plans.short, run());
    assert.equal(next.status, 'passed');
    assert.notEqual(engine.pid, killed);
    const lines = await readLines(run());
    assert.deepEqual(lines.slice(0, finished.length), finished);
    assert.deepEqual(
      lines.slice(finished.length).map(({ test }) => test),
      ['signs › short', 'signs › short'],
    );
  });

  it('cancels a test between two batches, and runs the next in the same process', async () => {
    await prepareRunFolder(run());
    const engine = start();
    await engine.describe();
    const { pid } = engine;
    const controller = new AbortController();
    const reason = new Error('the user has changed her mind');
    const running = runPlan(engine, plans.endless, run(), {
      onProgress: once(isAttacking, () => controller.abort(reason)),
      signal: controller.signal,
    });
    await assert.rejects(running, reason);
    assert.deepEqual(await readExamples(run()), []);
    assert.equal((await runPlan(engine, plans.short, run())).status, 'passed');
    assert.equal(engine.pid, pid);
  });

  it('has calls wait for one another: each has its own progress, and one that waits can be cancelled', async () => {
    await prepareRunFolder(run());
    const engine = start();
    const seen: Record<'first' | 'last', Set<string>> = { first: new Set(), last: new Set() };
    const controller = new AbortController();
    let hasEnded = false;
    const first = runPlan(engine, plans.short, run(), { onProgress: ({ test }) => seen.first.add(test) });
    const cancelled = engine.call('estimate', plans.long, { signal: controller.signal });
    const last = runPlan(engine, plans.some, run(), { onProgress: ({ test }) => seen.last.add(test) });
    first.finally(() => {
      hasEnded = true;
    });
    controller.abort();
    await assert.rejects(cancelled, { name: 'AbortError' });
    assert.equal(hasEnded, false);
    assert.deepEqual([(await first).status, (await last).status], ['passed', 'passed']);
    assert.deepEqual(seen, { first: new Set(['signs › short']), last: new Set(['signs › some']) });
  });

  it('makes calls that waited to a new process when the one before was killed', async () => {
    await prepareRunFolder(run());
    const engine = start();
    const kill = () => process.kill(engine.pid as number, 'SIGKILL');
    const killed = runPlan(engine, plans.endless, run(), { onProgress: once(isAttacking, kill) });
    const waiting = runPlan(engine, plans.short, run());
    assert.equal((await killed).status, 'errored');
    assert.equal((await waiting).status, 'passed');
  });

  it('runs with other options after a restart, and not at all once it is disposed of', async () => {
    const engine = start({ provider: 'cpu' });
    assert.equal((await engine.describe()).onnx.provider, 'cpu');
    engine.restart({ provider: 'wasm' });
    assert.equal((await engine.describe()).onnx.provider, 'wasm');
    engine.dispose();
    await rejectsWith(engine.call('estimate', plans.short), 'The engine was shut down');
  });

  it('does not start a test that is cancelled already', async () => {
    const engine = start();
    await assert.rejects(runPlan(engine, plans.short, run(), { signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.equal(engine.pid, undefined);
  });

  it('kills a process that does not heed the cancellation', async function () {
    if (process.platform === 'win32') this.skip();
    await prepareRunFolder(run());
    const engine = start({ grace: 100 });
    await engine.describe();
    const pid = engine.pid as number;
    const controller = new AbortController();
    const freeze = () => {
      process.kill(pid, 'SIGSTOP');
      controller.abort();
    };
    await assert.rejects(
      runPlan(engine, plans.endless, run(), { onProgress: once(isAttacking, freeze), signal: controller.signal }),
      {
        name: 'AbortError',
      },
    );
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    assert.equal((await runPlan(engine, plans.short, run())).status, 'passed');
  });

  it('says that the engine is missing, and how to get it', async () => {
    const entry = folder.at('nothing', 'engine.js');
    const words = [entry, 'is missing', 'npm run build'];
    await rejectsWith(start({}, entry).describe(), ...words);
    const report = await runPlan(start({}, entry), plans.short, run());
    assert.equal(report.status, 'errored');
    for (const word of words) assert.ok(report.message.includes(word), report.message);
  });

  it('repeats the last words of an engine that does not start', async () => {
    const entry = await folder.write(
      'engine.js',
      'console.error("the library has the wrong version"); process.exit(3)',
    );
    await rejectsWith(start({}, entry).describe(), 'exit code 3: the library has the wrong version');
    const report = await runPlan(start({}, entry), plans.short, run());
    assert.match(report.message, /exit code 3: the library has the wrong version/);
  });

  it('keeps what was finished when an image cannot be written', async () => {
    const engine = start();
    await prepareRunFolder(folder.at('first'));
    assert.equal((await runPlan(engine, plans.short, folder.at('first'))).status, 'passed');
    const [first, second] = await readExamples(folder.at('first'));
    await prepareRunFolder(run());
    const image = path.join(run(), second?.adversarialImage as string);
    await mkdir(image, { recursive: true });
    const report = await runPlan(engine, plans.short, run());
    assert.equal(report.status, 'errored');
    assert.equal(
      report.message,
      `Cannot write ${image}: a folder with that name already exists. Remove it, or choose another name.`,
    );
    assert.deepEqual(await readExamples(run()), [first]);
  });

  it('runs in a worker thread as well', async () => {
    await prepareRunFolder(run());
    const engine = start({ location: 'extensionHost' });
    const report = await runPlan(engine, plans.short, run());
    assert.equal(report.status, 'passed');
    assert.equal(report.engine.location, 'extensionHost');
    assert.equal(engine.pid, process.pid);
    const controller = new AbortController();
    const abort = once(isAttacking, () => controller.abort());
    await assert.rejects(runPlan(engine, plans.endless, run(), { onProgress: abort, signal: controller.signal }), {
      name: 'AbortError',
    });
    assert.equal((await runPlan(engine, plans.short, run())).status, 'passed');
  });

  describe('estimating the time of a test', () => {
    it('counts images by the limit and the classes of the test, and without a dataset those of noise', async () => {
      const engine = start();
      const images = async (plan: TestPlan) => (await estimatePlan(engine, plan))?.images;
      assert.equal(await images(plans.short), 2);
      assert.equal(await images(plans.long), 24);
      assert.equal(await images(plans.some), 8);
      assert.equal(await images(plans.forged), 8);
      const { dataset } = plans.some;
      assert.equal(await images({ ...plans.some, dataset: { ...(dataset ?? assert.fail()), limit: 3 } }), 3);
    });

    it('is as long as the test has steps and images', async () => {
      const engine = start();
      const seconds = async (plan: TestPlan) =>
        (await estimatePlan(engine, { ...plan, audit: false }))?.seconds ?? assert.fail();
      await seconds(plans.short);
      const [short, endless] = [await seconds(plans.short), await seconds(plans.endless)];
      assert.ok(short > 0 && short < 10, `${short} s`);
      // A hundred thousand times the steps, on twelve times the images.
      assert.ok(endless > 100 * short, `${endless} s, ${short} s`);
    });

    it('does not read the images, and leaves errors to the run', async () => {
      const engine = start();
      const missing = { name: 'none', path: folder.at('none'), labels: 'folders' as const };
      assert.equal(await estimatePlan(engine, { ...plans.short, dataset: missing }), undefined);
      assert.equal(await estimatePlan(engine, { ...plans.short, classes: ['nothing'] }), undefined);
      assert.equal(await estimatePlan(engine, { ...plans.short, classes: ['speed-limit-20'] }), undefined);
      const { pid } = engine;
      await folder.write('broken/stop/01.png', 'no image');
      const broken = { ...missing, path: folder.at('broken') };
      assert.equal((await estimatePlan(engine, { ...plans.short, dataset: broken }))?.images, 1);
      assert.equal(engine.pid, pid);
    });

    it('can be cancelled, and knows nothing where the process is missing or dies', async () => {
      const engine = start();
      await assert.rejects(estimatePlan(engine, plans.short, AbortSignal.abort()), { name: 'AbortError' });
      await engine.describe();
      const { pid } = engine;
      const controller = new AbortController();
      const estimating = estimatePlan(engine, plans.short, controller.signal);
      controller.abort();
      await assert.rejects(estimating, { name: 'AbortError' });
      assert.equal((await estimatePlan(engine, plans.short))?.images, 2);
      assert.equal(engine.pid, pid);
      const dying = estimatePlan(engine, plans.short);
      process.kill(pid as number, 'SIGKILL');
      assert.equal(await dying, undefined);
      engine.dispose();
      assert.equal(await estimatePlan(start({}, folder.at('nothing', 'engine.js')), plans.short), undefined);
    });
  });

  describe('checking preprocessing', () => {
    const request = () => ({ model: plans.short.model, dataset: plans.long.dataset ?? assert.fail(), seed: 0 });

    it('reports progress and gives the conventions, in either place', async () => {
      for (const location of ['process', 'extensionHost'] as const) {
        const seen: number[][] = [];
        const engine = start({ location });
        const { conventions, images } = await engine.call('checkPreprocessing', request(), {
          onProgress: ({ done, total }) => seen.push([done, total]),
        });
        engine.dispose();
        assert.equal(images, 24);
        assert.deepEqual([conventions[0]?.title, conventions[0]?.current], ['[−1, 1]', true]);
        assert.deepEqual(
          seen,
          Array.from({ length: 8 }, (_, done) => [done, 7]),
        );
      }
    });

    it('rejects with the words that a user reads', async () => {
      const missing = { ...request(), dataset: { name: 'none', path: folder.at('none'), labels: 'folders' as const } };
      const engine = start();
      await rejectsWith(engine.call('checkPreprocessing', missing), /^The dataset folder .*none does not exist\./);
      await prepareRunFolder(run());
      assert.equal((await runPlan(engine, plans.short, run())).status, 'passed');
    });

    it('can be cancelled, and the process goes on', async () => {
      const engine = start();
      await engine.describe();
      const { pid } = engine;
      const controller = new AbortController();
      const reason = new Error('the user has changed her mind');
      const checking = engine.call('checkPreprocessing', request(), {
        onProgress: () => controller.abort(reason),
        signal: controller.signal,
      });
      await assert.rejects(checking, reason);
      await prepareRunFolder(run());
      assert.equal((await runPlan(engine, plans.short, run())).status, 'passed');
      assert.equal(engine.pid, pid);
    });

    it('says that the process has died', async () => {
      const engine = start();
      const kill = () => process.kill(engine.pid as number, 'SIGKILL');
      await rejectsWith(
        engine.call('checkPreprocessing', request(), { onProgress: kill }),
        'exited during the check (signal SIGKILL)',
      );
    });

    it('says that the engine is missing', async () => {
      const entry = folder.at('nothing', 'engine.js');
      await rejectsWith(start({}, entry).call('checkPreprocessing', request()), entry, 'is missing');
    });
  });
});
