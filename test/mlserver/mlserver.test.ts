import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { openModel } from '../../src/models/open.ts';
import type { Endpoint } from '../../src/models/remote/endpoint.ts';
import { definitionOf } from '../../src/runner/configuredAttack.ts';
import type { Outcome } from '../../src/runner/conversation.ts';
import { digits, openDigits } from '../crosscheck/digits.ts';
import { rejectsWith } from '../support/rejectsWith.ts';
import { faultProxy } from '../support/remote/faultProxy.ts';
import { type HttpServer, startServer } from '../support/remote/httpServer.ts';
import { type MlServer, python, startMlServer } from '../support/remote/mlserver.ts';
import { openInferenceServer, weighing } from '../support/remote/modelServer.ts';
import { outcomesOf } from '../support/runs.ts';
import { suiteFolder } from '../support/suiteFolder.ts';

const subjects = digits(false).slice(0, 200);

describe('a model on MLServer', () => {
  const folder = suiteFolder();
  let server: MlServer;
  before(async () => {
    server = await startMlServer(folder.at('server'));
  });
  after(() => server.kill());

  const open = (url: string, endpoint: Partial<Endpoint> = {}) =>
    openModel({ name: 'digits', path: url, endpoint: { url, batchSize: 64, ...endpoint } });

  it('says what the same file says here', async () => {
    const [{ classifier, notes }, local] = [await open(server.url), await openDigits()];
    assert.deepEqual(classifier.input, { height: 8, width: 8, channels: 1 });
    assert.ok(notes.includes('the server does not take arrays as bytes: they are sent as JSON'), notes.join());
    const images = subjects.map(({ image }) => image);
    const rows = await classifier.logits(images);
    const expected = await local.logits(images);
    for (const [i, row] of rows.entries()) {
      const distance = Math.max(...row.map((value, k) => Math.abs(value - (expected[i]?.[k] as number))));
      assert.ok(distance < 1e-4, `image ${i} differs by ${distance}`);
    }
    local.dispose();
  });

  it('is told from one that is not there', async () => {
    await rejectsWith(open(server.url.replace('digits', 'letters')), 'status 404', 'that the model is loaded');
  });

  it('may be killed and restarted in a run of HopSkipJump on 200 images, which comes to the same and asks nothing twice', async () => {
    const asked: number[][] = [];
    let killAt = Infinity;
    let kills = 0;
    const proxies: HttpServer[] = [];
    const through = async () => {
      const { origin, pathname } = new URL(server.url);
      const proxy = await startServer(
        faultProxy(
          origin,
          (index) => {
            if (index !== killAt) return undefined;
            kills++;
            void server.kill();
            return { reply: 'drop' };
          },
          ({ method, body }) => {
            if (method === 'POST') asked.push(JSON.parse(body.toString()).inputs[0].data);
          },
        ),
      );
      proxies.push(proxy);
      return { address: `${proxy.url}${pathname}`, proxy };
    };
    const attack = async (url: string, answers: string): Promise<Outcome[]> => {
      const { remote } = await open(url, { retryFor: 0.2 });
      const kept = await remote?.keepAnswers(folder.at(answers));
      if (kept === undefined) return assert.fail('it keeps no answers');
      const budget = { norm: 'l2', epsilon: Infinity } as const;
      const parameters = { queries: 120, firstProbes: 20 };
      try {
        return await outcomesOf(
          definitionOf('hopskipjump'),
          { classifier: kept.classifier, budget, parameters, stopAtSuccess: false, quantize: true },
          subjects,
        );
      } finally {
        await kept.close();
      }
    };
    try {
      // Directly: metadata are no questions, and bodies are JSON.
      const expected = await attack(server.url, 'undisturbed.bin');
      assert.ok(expected.filter(({ best }) => best?.success).length > 100, 'the attack finds too little');
      const { address, proxy } = await through();
      killAt = 60;
      let result: Outcome[] | undefined;
      while (result === undefined) {
        result = await attack(address, 'disturbed.bin').catch(async (error: Error) => {
          assert.match(error.message, /cannot be asked/);
          await server.restart();
          const posts = proxy.received.filter(({ method }) => method === 'POST').length;
          killAt = kills < 2 ? posts + 60 : Infinity;
          return undefined;
        });
      }
      assert.equal(kills, 2);
      assert.deepEqual(result, expected);
      const images = asked.flatMap((numbers) =>
        Array.from({ length: numbers.length / 64 }, (_, i) => numbers.slice(64 * i, 64 * (i + 1)).join()),
      );
      const times = new Map<string, number>();
      for (const image of images) times.set(image, (times.get(image) ?? 0) + 1);
      // Only those by which the model is recognized, each time that it is opened or looked at.
      assert.ok([...times.values()].filter((count) => count > 1).length <= 4, 'images were asked about twice');
    } finally {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
    }
  });
});

describe('a request with binary tensors', () => {
  it('is what NVIDIA’s client for the protocol sends', async () => {
    const numbers = [0.25, 0.5, 1, 0.125];
    const server = await startServer(openInferenceServer(weighing(3), { shape: [-1, 1, 2, 1] }));
    try {
      const url = `${server.url}/v2/models/toy`;
      const { classifier } = await openModel({ name: 'toy', path: url, endpoint: { url } });
      await classifier.logits([Float32Array.from(numbers.slice(0, 2)), Float32Array.from(numbers.slice(2))]);
    } finally {
      await server.stop();
    }
    const script = path.join(import.meta.dirname, 'binary_request.py');
    const { stdout } = await promisify(execFile)(python, [script, numbers.join()]);
    const [length = '', base64 = ''] = stdout.trim().split(' ');
    const theirs = Buffer.from(base64, 'base64');
    const { headers, body } = server.received.at(-1) ?? assert.fail('nothing was sent');
    const own = Number(headers['inference-header-content-length']);
    assert.deepEqual(JSON.parse(body.toString('utf8', 0, own)), JSON.parse(theirs.toString('utf8', 0, Number(length))));
    assert.deepEqual(body.subarray(own), theirs.subarray(Number(length)));
  });
});
