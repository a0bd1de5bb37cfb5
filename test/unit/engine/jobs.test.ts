import assert from 'node:assert/strict';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import { prepareRunFolder } from '../../../src/reports/runFolder.ts';
import { estimatePlan, runPlan } from '../../../src/run/runPlan.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { useEngines } from './useEngines.ts';

describe('estimating the time of a test', () => {
  const engines = useEngines();
  const { folder, start } = engines;

  it('counts images by the limit and the classes of the test, and without a dataset those of noise', async () => {
    const engine = start();
    const images = async (plan: TestPlan) => (await estimatePlan(engine, plan))?.images;
    assert.equal(await images(engines.plans.short), 2);
    assert.equal(await images(engines.plans.long), 24);
    assert.equal(await images(engines.plans.some), 8);
    assert.equal(await images(engines.plans.forged), 8);
    const { dataset } = engines.plans.some;
    assert.equal(await images({ ...engines.plans.some, dataset: { ...(dataset ?? assert.fail()), limit: 3 } }), 3);
  });

  it('is as long as the test has steps and images', async () => {
    const engine = start();
    const seconds = async (plan: TestPlan) =>
      (await estimatePlan(engine, { ...plan, audit: false }))?.seconds ?? assert.fail();
    await seconds(engines.plans.short);
    const [short, endless] = [await seconds(engines.plans.short), await seconds(engines.plans.endless)];
    assert.ok(short > 0 && short < 10, `${short} s`);
    // A hundred thousand times the steps, on twelve times the images.
    assert.ok(endless > 100 * short, `${endless} s, ${short} s`);
  });

  it('does not read the images, and leaves errors to the run', async () => {
    const engine = start();
    const missing = { name: 'none', path: folder.at('none'), labels: 'folders' as const };
    assert.equal(await estimatePlan(engine, { ...engines.plans.short, dataset: missing }), undefined);
    assert.equal(await estimatePlan(engine, { ...engines.plans.short, classes: ['nothing'] }), undefined);
    assert.equal(await estimatePlan(engine, { ...engines.plans.short, classes: ['speed-limit-20'] }), undefined);
    const { pid } = engine;
    await folder.write('broken/stop/01.png', 'no image');
    const broken = { ...missing, path: folder.at('broken') };
    assert.equal((await estimatePlan(engine, { ...engines.plans.short, dataset: broken }))?.images, 1);
    assert.equal(engine.pid, pid);
  });

  it('can be cancelled, and knows nothing where the process is missing or dies', async () => {
    const engine = start();
    await assert.rejects(estimatePlan(engine, engines.plans.short, AbortSignal.abort()), { name: 'AbortError' });
    await engine.describe();
    const { pid } = engine;
    const controller = new AbortController();
    const estimating = estimatePlan(engine, engines.plans.short, controller.signal);
    controller.abort();
    await assert.rejects(estimating, { name: 'AbortError' });
    assert.equal((await estimatePlan(engine, engines.plans.short))?.images, 2);
    assert.equal(engine.pid, pid);
    const dying = estimatePlan(engine, engines.plans.short);
    process.kill(pid as number, 'SIGKILL');
    assert.equal(await dying, undefined);
    engine.dispose();
    assert.equal(await estimatePlan(start({}, folder.at('nothing', 'engine.js')), engines.plans.short), undefined);
  });
});

describe('checking preprocessing', () => {
  const engines = useEngines();
  const { folder, run, start } = engines;

  const request = () => ({
    model: engines.plans.short.model,
    dataset: engines.plans.long.dataset ?? assert.fail(),
    seed: 0,
  });

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
    assert.equal((await runPlan(engine, engines.plans.short, run())).status, 'passed');
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
    assert.equal((await runPlan(engine, engines.plans.short, run())).status, 'passed');
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
