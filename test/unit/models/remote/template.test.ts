// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of settings
import assert from 'node:assert/strict';
import sharp from 'sharp';
import { openModel } from '../../../../src/models/open.ts';
import type { Endpoint } from '../../../../src/models/remote/endpoint.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { json, testServers } from '../../../support/remote/httpServer.ts';
import { weighing } from '../../../support/remote/modelServer.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const model = weighing(3);
const images = [
  [0.25, 0.5, 0.75, 1],
  [0, 1, 0.125, 0.5],
];
const pixels = images.map((image) => Float32Array.from(image));
const rows = images.map((image) => Float32Array.from(model(image)));

describe('a server that is described by a template', () => {
  const serve = testServers();
  const folder = temporaryFolder();
  /** A server that answers in its own way what it was sent. */
  const start = (answer: (body: never) => unknown) =>
    serve(async ({ body }) => json(await answer(JSON.parse(`${body}`) as never)));
  const open = (url: string, endpoint: Partial<Endpoint>, more: object = {}) =>
    openModel({ name: 'toy', path: url, input: [2, 2, 1], endpoint: { url, retryFor: 0, ...endpoint }, ...more });
  const scoresOf = (image: unknown) => model([image].flat(Infinity) as number[]);

  it('gets one image in a request where the template has no list for more', async () => {
    const { url, received } = await start(({ picture, top }: { picture: unknown; top: number }) => {
      assert.equal(top, 5);
      return { result: { scores: scoresOf(picture) } };
    });
    const { classifier } = await open(url, { request: { picture: '${image}', top: 5 }, scores: '$.result.scores' });
    assert.deepEqual(await classifier.logits(pixels), rows);
    assert.deepEqual(JSON.parse(received.at(-1)?.body.toString() ?? ''), {
      picture: [
        [[0], [1]],
        [[0.125], [0.5]],
      ],
      top: 5,
    });
  });

  it('gets a list element for each image where the template has one', async () => {
    const { url, received } = await start(({ items }: { items: { x: unknown }[] }) => ({
      out: items.map(({ x }) => ({ probabilities: scoresOf(x) })),
    }));
    const endpoint = { request: { items: [{ x: '${image}' }] }, scores: '$.out[*].probabilities' };
    const { classifier } = await open(url, endpoint);
    const before = received.length;
    assert.deepEqual(await classifier.logits(pixels), rows);
    assert.equal(received.length, before + 1);
  });

  it('gets PNG in base64, also within a text', async () => {
    const { url } = await start(async ({ image }: { image: string }) => {
      const [, data = ''] = image.split('data:image/png;base64,');
      return [scoresOf([...(await sharp(Buffer.from(data, 'base64')).extractChannel(0).raw().toBuffer())])];
    });
    const request = { image: 'data:image/png;base64,${image}' };
    const { classifier } = await open(url, { request, scores: '$[0]', images: 'png' });
    const levels = [255, 0, 51, 1];
    assert.deepEqual(await classifier.logits([Float32Array.from(levels, (level) => level / 255)]), [
      Float32Array.from(model(levels)),
    ]);
  });

  it('may sort its scores, and name their classes', async () => {
    const names = ['stop', 'yield', 'priority'];
    const { url } = await start(({ x }: { x: unknown }) =>
      scoresOf(x)
        .map((score, i) => ({ label: names[i], score }))
        .sort((a, b) => b.score - a.score),
    );
    const labels = await folder.write('labels.txt', names.join('\n'));
    const endpoint = { request: { x: '${image}' }, scores: '$[*].score', names: '$[*].label' };
    const { classifier } = await open(url, endpoint, { labels });
    assert.deepEqual(await classifier.logits(pixels), rows);
    const more = await folder.write('more.txt', [...names, 'children'].join('\n'));
    await rejectsWith(
      open(url, endpoint, { labels: more }),
      'scores of 3 classes',
      'none of “children”',
      'set "label" instead of "scores"',
    );
  });

  it('may give the predicted class alone', async () => {
    const { url } = await start(({ x }: { x: unknown }) => ({
      top: [{ label: scoresOf(x)[0] === rows[0]?.[0] ? 'b' : 'a' }],
    }));
    const labels = await folder.write('labels.txt', 'a\nb\n');
    const { classifier } = await open(url, { request: { x: '${image}' }, label: '$.top[0].label' }, { labels });
    assert.equal(classifier.labelsOnly, true);
    assert.deepEqual(await classifier.logits(pixels), [Float32Array.of(0, 1), Float32Array.of(1, 0)]);
  });

  it('says what is not where it should be', async () => {
    const { url } = await start(() => ({ error: 'out of memory' }));
    await rejectsWith(
      open(url, { request: ['${image}'], scores: '$.scores' }),
      'at $.scores of the answer there is not what "scores" of this model\'s endpoint promises for 4 images. It answered: “{"error":"out of memory"}”',
    );
  });

  it('must state the shape of its images, and no scaling of PNG', async () => {
    const { url } = await start(() => [1, 2]);
    await rejectsWith(
      open(url, { request: ['${image}'], scores: '$' }, { input: undefined }),
      'The server does not say what images it takes',
    );
    const preprocessing = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channels: 'rgb' };
    await rejectsWith(
      open(url, { request: ['${image}'], scores: '$', images: 'png' }, { preprocessing }),
      'The server takes PNG images, and prepares pixels itself. Remove "mean" and "std" (or the preset)',
    );
  });
});
