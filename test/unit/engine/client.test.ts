import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { checks } from '../../../src/audit/catalog.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import type { TestProgress as Progress } from '../../../src/jobs/runTest.ts';
import { type PreprocessingSettings, resolvePreprocessing } from '../../../src/models/preprocessing.ts';
import { readExamples } from '../../../src/reports/examples.ts';
import { prepareRunFolder } from '../../../src/reports/runFolder.ts';
import { runPlan } from '../../../src/run/runPlan.ts';
import { readLines } from '../../support/readRun.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { images, useEngines } from './useEngines.ts';

describe('EngineClient', () => {
  const engines = useEngines();
  const { folder, run, start } = engines;

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
    const report = await runPlan(start(), engines.plans.short, run(), {
      onProgress: (progress) => seen.push(progress),
    });
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
      ...engines.plans.short,
      model: { ...engines.plans.short.model, ...resolvePreprocessing(settings) },
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
    const plan: TestPlan = {
      ...engines.plans.short,
      dataset: { name: 'large', path: folder.at('large'), labels: 'folders' },
    };
    const refused = await runPlan(start({ memory: 0.04 }), plan, run());
    assert.equal(refused.status, 'errored');
    assert.match(refused.message, /large\.png: it has 2500 × 2500 pixels, which take 25 MB, more than the 20 MB/);
  });

  it('does not mistake a test that takes longer than the start for one that hangs', async () => {
    await prepareRunFolder(run());
    assert.equal((await runPlan(start({ startLimit: 1 }), engines.plans.short, run())).status, 'passed');
  });

  it('says that the engine does not answer in time', async () => {
    await rejectsWith(start({ startLimit: 1 }).describe(), 'did not answer within 0.001 s');
  });

  it('ends an engine that does not open a model in time, says which, and runs the next test in a new one', async () => {
    await prepareRunFolder(run());
    const engine = start({ openLimit: 1 });
    const report = await runPlan(engine, engines.plans.short, run());
    assert.equal(report.status, 'errored');
    assert.equal(
      report.message,
      `${engines.plans.short.model.path}: the model did not open within 0.001 s. Check that the file is what you exported, or use a smaller model.`,
    );
    engine.restart({});
    assert.equal((await runPlan(engine, engines.plans.short, run())).status, 'passed');
  });

  it('keeps what was finished when the process is killed, and runs the next test in a new one', async () => {
    await prepareRunFolder(run());
    const engine = start();
    let killed = 0;
    const kill = () => {
      killed = engine.pid as number;
      process.kill(killed, 'SIGKILL');
    };
    const report = await runPlan(engine, engines.plans.long, run(), { onProgress: once(hasFinishedOne, kill) });
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
    const next = await runPlan(engine, engines.plans.short, run());
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
    const running = runPlan(engine, engines.plans.endless, run(), {
      onProgress: once(isAttacking, () => controller.abort(reason)),
      signal: controller.signal,
    });
    await assert.rejects(running, reason);
    assert.deepEqual(await readExamples(run()), []);
    assert.equal((await runPlan(engine, engines.plans.short, run())).status, 'passed');
    assert.equal(engine.pid, pid);
  });

  it('has calls wait for one another: each has its own progress, and one that waits can be cancelled', async () => {
    await prepareRunFolder(run());
    const engine = start();
    const seen: Record<'first' | 'last', Set<string>> = { first: new Set(), last: new Set() };
    const controller = new AbortController();
    let hasEnded = false;
    const first = runPlan(engine, engines.plans.short, run(), { onProgress: ({ test }) => seen.first.add(test) });
    const cancelled = engine.call('estimate', engines.plans.long, { signal: controller.signal });
    const last = runPlan(engine, engines.plans.some, run(), { onProgress: ({ test }) => seen.last.add(test) });
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
    const killed = runPlan(engine, engines.plans.endless, run(), { onProgress: once(isAttacking, kill) });
    const waiting = runPlan(engine, engines.plans.short, run());
    assert.equal((await killed).status, 'errored');
    assert.equal((await waiting).status, 'passed');
  });

  it('runs with other options after a restart, and not at all once it is disposed of', async () => {
    const engine = start({ provider: 'cpu' });
    assert.equal((await engine.describe()).onnx.provider, 'cpu');
    engine.restart({ provider: 'wasm' });
    assert.equal((await engine.describe()).onnx.provider, 'wasm');
    engine.dispose();
    await rejectsWith(engine.call('estimate', engines.plans.short), 'The engine was shut down');
  });

  it('does not start a test that is cancelled already', async () => {
    const engine = start();
    await assert.rejects(runPlan(engine, engines.plans.short, run(), { signal: AbortSignal.abort() }), {
      name: 'AbortError',
    });
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
      runPlan(engine, engines.plans.endless, run(), {
        onProgress: once(isAttacking, freeze),
        signal: controller.signal,
      }),
      {
        name: 'AbortError',
      },
    );
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    assert.equal((await runPlan(engine, engines.plans.short, run())).status, 'passed');
  });

  it('says that the engine is missing, and how to get it', async () => {
    const entry = folder.at('nothing', 'engine.js');
    const words = [entry, 'is missing', 'npm run build'];
    await rejectsWith(start({}, entry).describe(), ...words);
    const report = await runPlan(start({}, entry), engines.plans.short, run());
    assert.equal(report.status, 'errored');
    for (const word of words) assert.ok(report.message.includes(word), report.message);
  });

  it('repeats the last words of an engine that does not start', async () => {
    const entry = await folder.write(
      'engine.js',
      'console.error("the library has the wrong version"); process.exit(3)',
    );
    await rejectsWith(start({}, entry).describe(), 'exit code 3: the library has the wrong version');
    const report = await runPlan(start({}, entry), engines.plans.short, run());
    assert.match(report.message, /exit code 3: the library has the wrong version/);
  });

  it('keeps what was finished when an image cannot be written', async () => {
    const engine = start();
    await prepareRunFolder(folder.at('first'));
    assert.equal((await runPlan(engine, engines.plans.short, folder.at('first'))).status, 'passed');
    const [first, second] = await readExamples(folder.at('first'));
    await prepareRunFolder(run());
    const image = path.join(run(), second?.adversarialImage as string);
    await mkdir(image, { recursive: true });
    const report = await runPlan(engine, engines.plans.short, run());
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
    const report = await runPlan(engine, engines.plans.short, run());
    assert.equal(report.status, 'passed');
    assert.equal(report.engine.location, 'extensionHost');
    assert.equal(engine.pid, process.pid);
    const controller = new AbortController();
    const abort = once(isAttacking, () => controller.abort());
    await assert.rejects(
      runPlan(engine, engines.plans.endless, run(), { onProgress: abort, signal: controller.signal }),
      {
        name: 'AbortError',
      },
    );
    assert.equal((await runPlan(engine, engines.plans.short, run())).status, 'passed');
  });
});
