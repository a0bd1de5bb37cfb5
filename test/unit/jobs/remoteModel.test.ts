import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import type { Endpoint } from '../../../src/models/remote/endpoint.ts';
import { readExamples } from '../../../src/reports/examples.ts';
import { readFinished } from '../../../src/reports/finishedImages.ts';
import { isPlanned, type TestReport } from '../../../src/reports/report.ts';
import { answersFile, prepareRunFolder } from '../../../src/reports/runFolder.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import { run } from '../../../src/run/run.ts';
import { lasting } from '../../soak/kills/differences.ts';
import { engineHere } from '../../support/engineHere.ts';
import { planOf } from '../../support/plans.ts';
import { faultProxy } from '../../support/remote/faultProxy.ts';
import { testServers } from '../../support/remote/httpServer.ts';
import { openInferenceServer, weighing } from '../../support/remote/modelServer.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const shape = [-1, 4, 4, 1];
const version = '1.0.0';

describe('a test of a model on a server', () => {
  const serve = testServers();
  const folder = suiteFolder();
  before(async () => {
    await mkdir(folder.at('images'));
    for (let i = 0; i < 12; i++) {
      const pixels = Uint8Array.from({ length: 16 }, (_, j) => (53 * i + 29 * j + i * j) % 256);
      const image = sharp(pixels, { raw: { width: 4, height: 4, channels: 1 } }).toColourspace('b-w');
      await image.png().toFile(folder.at('images', `${i}.png`));
    }
  });

  const planFor = (url: string, endpoint: Partial<Endpoint> = {}, quantize = true): TestPlan => {
    const address = `${url}/v2/models/toy`;
    return planOf({
      ...{ attack: 'square', epsilons: [0.05], parameters: { queries: 60 }, quantize },
      model: { name: 'toy', path: address, endpoint: { url: address, retryFor: 0, batchSize: 8, ...endpoint } },
      dataset: { name: 'images', path: folder.at('images'), labels: 'predictions' },
      audit: false,
      expect: { robustAccuracy: [0] },
    });
  };
  const runInto = async (name: string, plan: TestPlan, resume = false): Promise<TestReport> => {
    const place = folder.at(name);
    if (!resume) await prepareRunFolder(place);
    const finished = resume ? await resumeRun(place, [plan], version) : undefined;
    const common = { engine: engineHere(), version, workspace: 'w', folder: place };
    const { tests } = await run({ ...common, plans: [plan], finished });
    const [report] = tests;
    return report && isPlanned(report) ? report : assert.fail(JSON.stringify(report));
  };
  const figures = ({ metrics, rounds, message, status }: TestReport) =>
    lasting({ metrics, rounds, message, status }, folder.at());

  it('has an address and an identity in its report, the secret in no file, and keeps no answers of what has a verdict', async () => {
    process.env.PERTURB_SECRET_TOY_KEY = 'hush-hush';
    try {
      const { url, received } = await serve(openInferenceServer(weighing(3), { shape }));
      const plan = planFor(url, { secret: 'TOY_KEY' });
      const report = await runInto('secret', plan);
      assert.equal(report.status, 'passed', report.message);
      assert.equal(report.model.path, `${url}/v2/models/toy`);
      assert.match(report.model.sha256 ?? '', /^[0-9a-f]{64}$/);
      assert.equal(report.engine.name, 'Open Inference Protocol');
      assert.ok(
        received.every(({ headers }) => headers.authorization === 'Bearer hush-hush'),
        'the secret was not sent',
      );
      assert.ok(!existsSync(answersFile(folder.at('secret'), plan.id)), 'answers are left');
      const files = await readdir(folder.at('secret'), { recursive: true, withFileTypes: true });
      for (const file of files.filter((entry) => entry.isFile())) {
        const content = await readFile(path.join(file.parentPath, file.name), 'latin1');
        assert.ok(!content.includes('hush'), `${file.name} has the secret in it`);
      }
    } finally {
      delete process.env.PERTURB_SECRET_TOY_KEY;
    }
  });

  it('is errored where the server is gone, and resumed comes to what it would have come to', async () => {
    const answered: string[] = [];
    const model = weighing(3);
    const server = await serve(
      openInferenceServer(
        (numbers) => {
          answered.push(numbers.join());
          return model(numbers);
        },
        { shape },
      ),
    );
    const expected = figures(await runInto('undisturbed', planFor(server.url)));
    const probes = new Set(answered.slice(0, 8));
    const all = answered.filter((image) => !probes.has(image)).length;
    answered.length = 0;
    let isDying = true;
    const proxy = await serve(
      faultProxy(server.url, (index) => (isDying && index >= 20 ? { reply: 'drop' } : undefined)),
    );
    const plan = planFor(proxy.url);
    const broken = await runInto('disturbed', plan);
    assert.equal(broken.status, 'errored');
    assert.match(broken.message, /\/v2\/models\/toy\/infer cannot be asked: the connection was lost/);
    assert.ok(existsSync(answersFile(folder.at('disturbed'), plan.id)), 'answers are lost');
    const asked = answered.filter((image) => !probes.has(image)).length;
    assert.ok(asked > 0 && asked < all, `${asked} of ${all} were asked`);
    isDying = false;
    assert.deepEqual(figures(await runInto('disturbed', plan, true)), expected);
    assert.equal(answered.filter((image) => !probes.has(image)).length, all);
  });

  it('begins anew where another model has come onto the server since it was interrupted', async () => {
    let model = weighing(3);
    const server = await serve(openInferenceServer((numbers) => model(numbers), { shape }));
    let isDying = true;
    const proxy = await serve(
      faultProxy(server.url, (index) => (isDying && index >= 30 ? { reply: 'drop' } : undefined)),
    );
    const plan = planFor(proxy.url);
    assert.equal((await runInto('replaced', plan)).status, 'errored');
    assert.ok((await readFinished(folder.at('replaced'), plan.id)).length > 0, 'nothing was finished');
    model = weighing(4);
    isDying = false;
    const report = await runInto('replaced', plan, true);
    assert.match(report.warnings.join(), /is not the one that it was when this run was interrupted/);
    assert.deepEqual(figures(report), figures(await runInto('replacement', plan)));
    const indices = (await readExamples(folder.at('replaced'))).map(({ index }) => index);
    assert.equal(new Set(indices).size, indices.length, 'an example is there twice');
  });

  it('is errored where another model has come onto the server meanwhile', async () => {
    let requests = 0;
    const { url } = await serve(
      openInferenceServer((numbers) => (requests++ < 100 ? weighing(3)(numbers) : weighing(3)(numbers).toReversed()), {
        shape,
      }),
    );
    const report = await runInto('changed', planFor(url));
    assert.equal(report.status, 'errored');
    assert.match(report.message, /the model on the server has changed during the test/);
  });

  it('is errored off the grid where images are sent as gray levels', async () => {
    const { url } = await serve(openInferenceServer(weighing(3), { shape, datatype: 'UINT8' }));
    const report = await runInto('off the grid', planFor(url, {}, false));
    assert.match(report.message, /cannot be tested off the pixel grid. Remove "quantize" from the test/);
  });

  it('is errored with an attack that needs gradients', async () => {
    const { url } = await serve(openInferenceServer(weighing(3), { shape }));
    const plan = { ...planFor(url), attacks: planOf({ quantize: true }).attacks };
    const report = await runInto('gradients', plan);
    assert.match(report.message, /needs gradients, and this model gives none: it is asked over a network/);
  });
});
