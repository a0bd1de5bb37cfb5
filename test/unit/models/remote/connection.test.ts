import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openModel } from '../../../../src/models/open.ts';
import type { Endpoint } from '../../../../src/models/remote/endpoint.ts';
import type { SecretOf } from '../../../../src/models/remote/secret.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { type Fault, faultProxy } from '../../../support/remote/faultProxy.ts';
import { json, testServers } from '../../../support/remote/httpServer.ts';
import { openInferenceServer, weighing } from '../../../support/remote/modelServer.ts';

/** How many requests the opening of the toy takes. */
const opening = 3;
const images = [Float32Array.of(0.25, 0.5, 0.75, 1)];
const expected = [Float32Array.from(weighing(3)([0.25, 0.5, 0.75, 1]))];

describe('the connection to a server', () => {
  const serve = testServers();
  const open = (url: string, endpoint: Partial<Endpoint> = {}, secretOf?: SecretOf) => {
    const address = `${url}/v2/models/toy`;
    const source = { name: 'toy', path: address, endpoint: { url: address, ...endpoint } };
    return openModel(source, {}, secretOf);
  };
  /** A server, and a proxy before it with faults in the requests after those of the opening. */
  const behindProxy = async (faultOf: (index: number) => Fault | undefined) => {
    const server = await serve(openInferenceServer(weighing(3), { shape: [-1, 2, 2, 1] }));
    const proxy = await serve(faultProxy(server.url, (index) => faultOf(index - opening)));
    return { server, proxy };
  };

  const passing: Record<string, Fault> = {
    'a server that is busy': { reply: json({}, 503) },
    'too many requests': { reply: { status: 429, headers: { 'retry-after': '0' }, body: '' } },
    'a gateway that lost its server': { reply: json({}, 502) },
    'a connection that is lost': { reply: 'drop' },
    'an answer that takes too long': { delay: 5000 },
  };
  for (const [name, fault] of Object.entries(passing)) {
    it(`asks again after ${name}`, async () => {
      const { proxy } = await behindProxy((index) => (index === 0 || index === 1 ? fault : undefined));
      const { classifier } = await open(proxy.url, { timeout: 'delay' in fault ? 2 : 30, retryFor: 30 });
      assert.deepEqual(await classifier.logits(images), expected);
      assert.equal(proxy.received.filter(({ method }) => method === 'POST').length, opening + 3);
    });
  }

  it('gives up when the time for that is over, and says what to do', async () => {
    const messages: [Fault, string][] = [
      [{ reply: json({ error: 'overloaded' }, 503) }, 'refuses the request with status 503: “{"error":"overloaded"}”'],
      [
        { reply: { status: 429, body: 'slow down' } },
        'status 429: “slow down”. It allows fewer requests: set "requestsPerSecond"',
      ],
      [{ reply: 'drop' }, 'cannot be asked: the connection was lost'],
      [{ delay: 5000 }, 'did not answer within 2 s. Set a longer "timeout"'],
    ];
    for (const [fault, message] of messages) {
      const { proxy } = await behindProxy((index) => (index >= 0 ? fault : undefined));
      const { classifier } = await open(proxy.url, { timeout: 'delay' in fault ? 2 : 30, retryFor: 0.5 });
      await rejectsWith(classifier.logits(images), message, '/v2/models/toy/infer');
    }
  });

  it('does not wait longer than it may, where the server asks for more', async () => {
    const { proxy } = await behindProxy((index) =>
      index >= 0 ? { reply: { status: 503, headers: { 'retry-after': '3600' }, body: '' } } : undefined,
    );
    const { classifier } = await open(proxy.url, { retryFor: 60 });
    await rejectsWith(classifier.logits(images), 'status 503');
  });

  it('does not ask again what is refused for good', async () => {
    const statuses: [number, string][] = [
      [400, 'status 400: “no”'],
      [401, 'Name a secret as "secret" of this model\'s endpoint'],
      [404, 'Check "url" of this model\'s endpoint, and that the model is loaded'],
      [413, 'set a smaller "batchSize"'],
      [415, 'in JPEG, changes of a few gray levels are lost'],
      [500, 'status 500: “no”'],
    ];
    for (const [status, message] of statuses) {
      const { proxy } = await behindProxy((index) => (index >= 0 ? { reply: { status, body: 'no' } } : undefined));
      const { classifier } = await open(proxy.url);
      await rejectsWith(classifier.logits(images), message);
      assert.equal(proxy.received.filter(({ method }) => method === 'POST').length, opening + 1);
    }
  });

  it('says at once that there is no server', async () => {
    const { url, stop } = await serve(() => 'drop');
    await stop();
    await rejectsWith(
      open(url),
      'nothing listens there (ECONNREFUSED). Check "url" of this model\'s endpoint, and that the server runs',
    );
  });

  it('waits for a server that is restarted', async () => {
    const { proxy } = await behindProxy(() => undefined);
    const { classifier } = await open(proxy.url);
    await proxy.stop();
    const asked = classifier.logits(images);
    await proxy.restart();
    assert.deepEqual(await asked, expected);
  });

  it('follows no redirects, which could lead its secret elsewhere', async () => {
    const { url } = await serve(() => ({ status: 307, headers: { location: 'http://elsewhere.test/' }, body: '' }));
    await rejectsWith(open(url), 'redirects to http://elsewhere.test/, which is not followed');
  });

  it('sends no more requests in a second than it may', async () => {
    const times: number[] = [];
    const handler = openInferenceServer(weighing(3), { shape: [-1, 2, 2, 1] });
    const { url } = await serve((request) => {
      times.push(performance.now());
      return handler(request);
    });
    const { classifier } = await open(url, { requestsPerSecond: 20, batchSize: 1, concurrency: 4 });
    const before = times.length;
    await classifier.logits(Array.from({ length: 8 }, () => images[0] as Float32Array));
    const took = (times.at(-1) as number) - (times[before] as number);
    assert.ok(took > 7 * 50 - 60, `8 requests took ${took} ms`);
  });

  it('sends as many requests at a time as it may, and no more', async () => {
    const handler = openInferenceServer(weighing(3), { shape: [-1, 2, 2, 1] });
    const held: (() => void)[] = [];
    let [isHolding, most] = [false, 0];
    const { url } = await serve(async (request) => {
      if (isHolding) {
        const answered = new Promise<void>((resolve) => held.push(resolve));
        if (held.length === 2) {
          // Others that were sent as well come in the meantime.
          for (let turn = 0; turn < 20; turn++) await nextTurn();
          most = Math.max(most, held.length);
          for (const release of held.splice(0)) release();
        }
        await answered;
      }
      return handler(request);
    });
    const { classifier } = await open(url, { concurrency: 2 });
    assert.equal(classifier.concurrency, 3, 'one more is prepared');
    isHolding = true;
    const rows = await Promise.all(Array.from({ length: 8 }, () => classifier.logits(images)));
    assert.equal(most, 2);
    assert.deepEqual(rows.flat(), Array(8).fill(expected).flat());
  });

  it('sends a secret as a bearer token, or where a header has it, and to nobody else', async () => {
    const handler = openInferenceServer(weighing(3), { shape: [-1, 2, 2, 1] });
    const { url, received } = await serve(handler);
    const secretOf: SecretOf = async (name) => (name === 'API_KEY' ? 'hush-hush' : undefined);
    await open(url, { secret: 'API_KEY' }, secretOf);
    assert.ok(
      received.every(({ headers }) => headers.authorization === 'Bearer hush-hush'),
      'as a bearer token',
    );
    const before = received.length;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of settings
    await open(url, { secret: 'API_KEY', headers: { 'x-key': 'key ${secret}' } }, secretOf);
    const later = received.slice(before);
    assert.ok(
      later.every(({ headers }) => headers['x-key'] === 'key hush-hush' && !headers.authorization),
      'in a header',
    );
  });

  it('says where a secret is missing, or cannot be sent, before anything is sent', async () => {
    const { url, received } = await serve(() => 'drop');
    await rejectsWith(
      open(url, { secret: 'API_KEY' }, async () => undefined),
      'The secret API_KEY is missing. In VS Code, run "Perturb: Store Secret…"; elsewhere, set the environment variable PERTURB_SECRET_API_KEY',
    );
    await rejectsWith(
      open(url, { secret: 'API_KEY' }, async () => 'a\nb'),
      'characters in it that cannot be sent',
    );
    assert.equal(received.length, 0);
  });

  it('has no secret in its messages, whatever the server says', async () => {
    const echo = await serve(({ headers }) => json({ error: `what is ${headers.authorization}?` }, 403));
    const message = await open(echo.url, { secret: 'API_KEY' }, async () => 'hush-hush').then(
      () => assert.fail('it was opened'),
      (error: Error) => `${error.message}\n${error.stack}`,
    );
    assert.doesNotMatch(message, /hush/);
    assert.match(message, /status 403: “.*PERTURB_SECRET_API_KEY.*”\. Check the value of the secret API_KEY/);
  });
});
