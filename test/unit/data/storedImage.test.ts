import assert from 'node:assert/strict';
import { valueAt } from '../../../src/data/grid.ts';
import { ImageStore } from '../../../src/data/storedImage.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';

const size = 4;
const levelsOf = (file: string) => Uint8Array.from({ length: size }, (_, i) => 60 * Number(file) + i);
const imageAt = (file: string, sha256 = `hash of ${file}`) => ({
  file,
  sha256,
  label: Number(file) % 2,
  notes: [],
  pixels: Float32Array.from(levelsOf(file), valueAt),
});

/** A store that holds two images, four images in it, and the files that were read again. */
function storeOf(read: (file: string) => ReturnType<typeof imageAt>) {
  const again: string[] = [];
  const store = new ImageStore(async (file) => {
    again.push(file);
    return read(file);
  }, 2 * size);
  return { images: ['0', '1', '2', '3'].map((file) => store.store(imageAt(file))), again };
}

describe('the images of a test', () => {
  it('are the same to the last bit, however often they are loaded', async () => {
    const { images } = storeOf(imageAt);
    for (const _ of [1, 2]) {
      for (const image of images) {
        assert.deepEqual(await image.load(), imageAt(image.file).pixels);
        assert.deepEqual([image.sha256, image.label], [`hash of ${image.file}`, Number(image.file) % 2]);
      }
    }
  });

  it('are read again where there was no room for them', async () => {
    const { images, again } = storeOf(imageAt);
    await Promise.all(images.slice(2).map((image) => image.load()));
    assert.deepEqual(again, []);
    await images[0]?.load();
    await images[0]?.load();
    assert.deepEqual(again, ['0']);
  });

  it('do not share what an attack may write to', async () => {
    const { images } = storeOf(imageAt);
    const [, , , last] = images;
    (await last?.load())?.fill(0);
    assert.deepEqual(await last?.load(), imageAt('3').pixels);
  });

  it('must not change while they are tested', async () => {
    const { images } = storeOf((file) => imageAt(file, 'another hash'));
    await rejectsWith(images[0]?.load() ?? assert.fail(), '0 was changed while it was being tested');
  });
});
