import assert from 'node:assert/strict';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { openModel } from '../../../../src/models/open.ts';
import type { Endpoint } from '../../../../src/models/remote/endpoint.ts';
import type { Outcome } from '../../../../src/runner/conversation.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { faultProxy } from '../../../support/remote/faultProxy.ts';
import { testServers } from '../../../support/remote/httpServer.ts';
import { openInferenceServer, type ServedModel, weighing } from '../../../support/remote/modelServer.ts';
import { walk } from '../../../support/remote/walk.ts';
import { outcomesOf } from '../../../support/runs.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const count = 200;
const model = weighing(3);
const images = Array.from({ length: count }, (_, i) =>
  Float32Array.from({ length: 4 }, (_, j) => ((37 * i + 91 * j + i * j) % 256) / 255),
);

describe('a run over HTTP that is interrupted', function () {
  this.timeout(60_000);
  const serve = testServers();
  const folder = temporaryFolder();
  const start = async () => {
    const answered: string[] = [];
    const counting: ServedModel = (numbers) => {
      answered.push(numbers.join());
      return model(numbers);
    };
    const server = await serve(openInferenceServer(counting, { shape: [-1, 2, 2, 1] }));
    return { server, answered };
  };
  const attack = async (url: string, endpoint: Partial<Endpoint> = {}): Promise<Outcome[]> => {
    const address = `${url}/v2/models/toy`;
    const source = {
      name: 'toy',
      path: address,
      endpoint: { url: address, retryFor: 0.3, batchSize: 64, ...endpoint },
    };
    const { remote } = await openModel(source);
    const kept = await remote?.keepAnswers(folder.at('answers.bin'));
    if (kept === undefined) return assert.fail('it keeps no answers');
    try {
      const subjects = images.map((image, seed) => ({ image, goal: createGoal(argmaxOf(model([...image]))), seed }));
      const budget = { norm: 'linf', epsilon: 1 } as const;
      return await outcomesOf(
        walk,
        { classifier: kept.classifier, budget, stopAtSuccess: false, quantize: true },
        subjects,
      );
    } finally {
      await kept.close();
    }
  };
  const argmaxOf = (row: readonly number[]) => row.indexOf(Math.max(...row));
  /** Images that were answered more than once, but for those that are asked about whenever the model is opened. */
  const repeated = (answered: readonly string[], isProbe: (image: string) => boolean) => {
    const seen = new Set<string>();
    return answered.filter((image) => !isProbe(image) && seen.size === seen.add(image).size);
  };

  it('comes to the same after the server was killed and restarted, and asks nothing twice that was answered', async () => {
    const undisturbed = await start();
    const expected = await attack(undisturbed.server.url);
    const probes = new Set(undisturbed.answered.slice(0, 8));
    assert.ok(expected.filter(({ best }) => best?.success).length > count / 2, 'the attack finds too little');
    await folder.write('answers.bin', '');

    const { server, answered } = await start();
    let killAt = 12;
    let attempts = 0;
    const proxy = await serve(
      faultProxy(server.url, (index) => {
        if (index !== killAt) return undefined;
        void server.stop();
        return { reply: 'drop' };
      }),
    );
    let result: Outcome[] | undefined;
    while (result === undefined) {
      attempts++;
      result = await attack(proxy.url).catch(async (error: Error) => {
        assert.match(error.message, /cannot be asked|status 50/, `attempt ${attempts}`);
        await server.restart();
        killAt = proxy.received.filter(({ method }) => method === 'POST').length + 12;
        return undefined;
      });
      if (attempts === 4) killAt = Infinity;
    }
    assert.ok(attempts >= 4, `it was interrupted ${attempts - 1} times`);
    assert.deepEqual(result, expected);
    assert.deepEqual(
      repeated(answered, (image) => probes.has(image)),
      [],
    );
  });

  it('is stopped before it asks more than it may, and goes on when it may ask more', async () => {
    const { server, answered } = await start();
    const before = await attack(server.url);
    const probes = new Set(answered.slice(0, 8));
    const all = answered.length - 8;
    await folder.write('answers.bin', '');
    answered.length = 0;
    const limits = { maximumQueries: 500, costPerQuery: 0.002 };
    await rejectsWith(
      attack(server.url, limits),
      /has asked .* about [34]\d\d images, which cost 0\.\d+, and "maximumQueries"/,
    );
    const asked = answered.filter((image) => !probes.has(image)).length;
    assert.ok(asked <= 500 && asked > 300, `${asked} were asked`);
    // What limits queries is no part of what is asked.
    assert.deepEqual(await attack(server.url, { ...limits, maximumQueries: 100_000 }), before);
    assert.equal(answered.filter((image) => !probes.has(image)).length, all);
  });
});
