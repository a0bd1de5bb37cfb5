import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { valueAt } from '../../../../src/data/grid.ts';
import { readNpz } from '../../../../src/data/npz.ts';
import { readImage } from '../../../../src/data/readImage.ts';
import { exportExamples } from '../../../../src/defenses/crafting/exportExamples.ts';
import { UserError } from '../../../../src/userError.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const shape = { height: 1, width: 2, channels: 3 } as const;
const pixels = (first: number) => Float32Array.from({ length: 6 }, (_, i) => valueAt(first + i));

describe('exporting adversarial examples', () => {
  const folder = temporaryFolder();
  const classes = ['cat', 'a/b', 'A:B', '..'];
  const examples = [
    { pixels: pixels(10), label: 1, attack: 'fgsm', original: '/data/one/x.png' },
    { pixels: pixels(20), label: 2, attack: 'fgsm', original: '/data/two/x.png' },
    { pixels: pixels(30), label: 1, attack: 'pgd', original: '/data/one/x.png' },
    { pixels: pixels(40), label: 1, attack: 'fgsm', original: '/data/other/X.jpg' },
    { pixels: pixels(50), label: 3, attack: 'pgd', original: '/data/one/y.png' },
  ];

  it('gives every class and every image a place of its own', async () => {
    const images = await exportExamples(folder.at('set'), examples, shape, classes);
    const found = (await readdir(images, { recursive: true })).filter((name) => name.endsWith('.png')).sort();
    assert.deepEqual(found, ['A_B-2/x-fgsm.png', '_/y-pgd.png', 'a_b/X-fgsm-2.png', 'a_b/x-fgsm.png', 'a_b/x-pgd.png']);
    const { pixels: read } = await readImage(folder.at('set', 'images', 'a_b', 'x-pgd.png'), shape);
    assert.deepEqual(read, pixels(30));
  });

  it('puts the same into an archive, with the classes as the model counts them', async () => {
    await exportExamples(folder.at('set'), examples, shape, classes);
    const { images, labels, attacks } = await readNpz(folder.at('set', 'examples.npz'));
    assert.deepEqual(images?.shape, [5, 1, 2, 3]);
    assert.deepEqual(
      Array.from(images?.data ?? []),
      [10, 20, 30, 40, 50].flatMap((first) => Array.from({ length: 6 }, (_, i) => first + i)),
    );
    assert.deepEqual(labels?.data, Int32Array.of(1, 2, 1, 1, 3));
    assert.deepEqual(attacks?.data, Int32Array.of(0, 0, 1, 0, 1));
    const readme = await readFile(folder.at('set', 'README.md'), 'utf8');
    assert.match(readme, /5 images.*\| 1 \| pgd \|.*\| 2 \| A:B \|/s);
  });

  it('replaces what an earlier export left', async () => {
    await exportExamples(folder.at('set'), examples, shape, classes);
    await exportExamples(folder.at('set'), examples.slice(0, 1), shape, classes);
    assert.deepEqual(await readdir(folder.at('set', 'images')), ['a_b']);
  });

  it('touches nothing where the folder is not its own', async () => {
    await folder.write('set/images/mine.png', 'mine');
    await assert.rejects(exportExamples(folder.at('set'), examples, shape, classes), /holds other files \(images\)/);
    assert.equal(await readFile(folder.at('set', 'images', 'mine.png'), 'utf8'), 'mine');
  });

  it('says why it cannot be written', async () => {
    await folder.write('file', '');
    await assert.rejects(exportExamples(folder.at('file'), examples, shape, classes), UserError);
  });
});
