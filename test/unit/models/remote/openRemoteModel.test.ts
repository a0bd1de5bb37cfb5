import assert from 'node:assert/strict';
import sharp from 'sharp';
import { openModel } from '../../../../src/models/open.ts';
import type { Endpoint } from '../../../../src/models/remote/endpoint.ts';
import { victimOf } from '../../../../src/runner/victim.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { faultProxy } from '../../../support/remote/faultProxy.ts';
import { json, testServers } from '../../../support/remote/httpServer.ts';
import { openInferenceServer, type ServedModel, weighing } from '../../../support/remote/modelServer.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const image = Float32Array.of(0.25, 0.5, 0.75, 1);

describe('openRemoteModel', () => {
  const serve = testServers();
  const folder = temporaryFolder();
  const start = (model: ServedModel) => serve(openInferenceServer(model, { shape: [-1, 2, 2, 1] }));
  const open = (url: string, endpoint: Partial<Endpoint> = {}, more: object = {}) => {
    const address = `${url}/v2/models/toy`;
    return openModel({ name: 'toy', path: address, endpoint: { url: address, retryFor: 0, ...endpoint }, ...more });
  };

  it('makes a victim that gives scores, and no gradients', async () => {
    const { url } = await start(weighing(3));
    const { classifier, files } = await open(url, { costPerQuery: 0.5 });
    const { access, costPerQuery, obstacle } = victimOf(classifier);
    assert.deepEqual([access, costPerQuery, obstacle, files], ['scores', 0.5, 'it is asked over a network', []]);
  });

  it('makes a victim that gives labels alone, whose scores no attack gets to see', async () => {
    const { url } = await start((numbers) => (numbers[0] === 0.25 ? 2 : 0));
    const labels = await folder.write('labels.txt', 'a\nb\nc\n');
    const victim = victimOf((await open(url, { answers: 'labels' }, { labels })).classifier);
    assert.equal(victim.access, 'labels');
    assert.deepEqual(await victim.judge([image]), [{ decision: 2 }]);
  });

  it('takes the logarithms of probabilities for logits', async () => {
    const { url } = await start((numbers) => (numbers[0] === 0.25 ? [0.25, 0.75, 0] : [0.5, 0.25, 0.25]));
    const { classifier, notes } = await open(url);
    assert.ok(notes.includes('its scores are probabilities: their logarithms are used as logits'), notes.join());
    const [[a = 0, b = 0, c = 0] = []] = await classifier.logits([image]);
    assert.ok(Math.abs(a - Math.log(0.25)) < 1e-6 && Math.abs(b - Math.log(0.75)) < 1e-6, `${a}, ${b}`);
    assert.ok(c < -80 && Number.isFinite(c), `${c}`);
  });

  const later: Record<string, [answer: ReturnType<ServedModel>, message: string]> = {
    'another number of classes': [[0.5, 0.5], 'The server answered with 2 scores, and with 3 when it was first asked'],
    'scores that are not finite': [[NaN, 0.5, 0.5], 'scores that are not all finite numbers (NaN, 0.5, 0.5)'],
    'scores that are no distribution': [
      [0.5, 0.5, 0.5],
      'scores that are no probabilities (0.5, 0.5, 0.5; their sum is 1.5)',
    ],
    'a label instead of scores': ['stop', '"stop" where a number belongs'],
  };
  for (const [name, [answer, message]] of Object.entries(later)) {
    it(`refuses ${name}, halfway`, async () => {
      const { url } = await start((numbers) => (numbers[0] === 0.25 ? answer : [0.5, 0.25, 0.25]));
      const { classifier } = await open(url);
      await rejectsWith(classifier.logits([image]), message, url);
    });
  }

  it('refuses a label that is none of the classes, and says what it may mean', async () => {
    const labels = await folder.write('labels.txt', 'stop\nyield\n');
    for (const [answer, message] of [
      [
        'Stop',
        'the class "Stop", which is none of the 2 classes. Is “stop” in "labels" of this model another name of it?',
      ],
      [2, 'the class 2, which is none of the 2 classes. Check "labels" of this model.'],
    ] as const) {
      const { url } = await start((numbers) => (numbers[0] === 0.25 ? answer : 1));
      const { classifier } = await open(url, { answers: 'labels' }, { labels });
      await rejectsWith(classifier.logits([image]), message);
    }
  });

  it('refuses a single number, and labels of another number of classes', async () => {
    const { url } = await start(() => [0.5]);
    await rejectsWith(open(url), 'a single number for an image, and Perturb needs a score for each class');
    const other = await start(weighing(3));
    const labels = await folder.write('labels.txt', 'stop\nyield\n');
    await rejectsWith(open(other.url, {}, { labels }), 'The model has 3 classes, but its labels name 2');
  });

  it('refuses what is no answer', async () => {
    const server = await start(weighing(3));
    const replies = [
      ['<html>oops</html>', 'what is not JSON: “<html>oops</html>”'],
      [
        '{"outputs":[]}',
        'The answer has no "outputs" with a name, a data type, a shape, and data. It answered: “{"outputs":[]}”',
      ],
      [
        '{"outputs":[{"name":"scores","datatype":"FP32","shape":[4,3],"data":[1,2]}]}',
        'The output "scores" has 2 values, [4,3], for 4 images',
      ],
      ['', 'what is not JSON: (nothing)'],
    ] as const;
    for (const [body, message] of replies) {
      const proxy = await serve(faultProxy(server.url, () => ({ reply: { body } })));
      await rejectsWith(open(proxy.url), message, `${proxy.url}/v2/models/toy`);
    }
  });

  it('refuses a model whose answers to the same image vary', async () => {
    let calls = 0;
    const { url } = await start((numbers) => [numbers[0] ?? 0, calls++ / 100, 0]);
    await rejectsWith(
      open(url),
      'gives different answers about the same image',
      'set "batchSize" of its endpoint to 1',
    );
  });

  it('notices that another model is on the server', async () => {
    let model = weighing(3);
    const { url } = await start((numbers) => model(numbers));
    const { remote } = await open(url);
    assert.equal(await remote?.isUnchanged(), true);
    model = (numbers) => weighing(3)(numbers).toReversed();
    assert.equal(await remote?.isUnchanged(), false);
  });

  it('has an identity that stays the same until the model is another', async () => {
    const { url } = await start(weighing(3));
    const identity = async (address: string) => (await open(address)).sha256;
    assert.equal(await identity(url), await identity(url));
    assert.match(await identity(url), /^[0-9a-f]{64}$/);
    const server = await serve(async (request) => {
      const reply = await openInferenceServer(weighing(3), { shape: [-1, 2, 2, 1] })(request);
      return request.method === 'GET' && reply !== 'drop'
        ? json({ ...JSON.parse(String(reply.body)), versions: ['2'] })
        : reply;
    });
    assert.notEqual(await identity(server.url), await identity(url));
  });

  describe('with a server that takes PNG', () => {
    const weigh = weighing(3);
    const startPng = (recompress: (file: Buffer) => Promise<Buffer>, round = (value: number) => value) => {
      const decode = async (file: Buffer) => [
        ...(await sharp(await recompress(file))
          .raw()
          .toBuffer()),
      ];
      const model: ServedModel = (numbers) => weigh(numbers).map(round);
      return serve(openInferenceServer(model, { shape: [-1], datatype: 'BYTES', decode }));
    };
    const notesOn = async (url: string) => (await open(url, {}, { input: [16, 16, 3] })).notes.join('\n');

    it('says nothing where every gray level counts', async () => {
      const { url } = await startPng(async (file) => file);
      assert.doesNotMatch(await notesOn(url), /lost/);
    });

    for (const quality of [75, 95, 100]) {
      it(`says that small changes are lost where it compresses images as JPEG of quality ${quality}`, async () => {
        const { url } = await startPng((file) => sharp(file).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer());
        assert.match(await notesOn(url), /changes of one gray level in single pixels are lost on the server, as JPEG/);
      });
    }

    it('says that it may round scores where it does', async () => {
      const { url } = await startPng(
        async (file) => file,
        (value) => Math.round(value / 1e6) * 1e6,
      );
      assert.match(await notesOn(url), /scores may be rounded, and small changes lost/);
    });
  });
});
