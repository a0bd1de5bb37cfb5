import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { MappedSpace } from '../../../src/jobs/mapImageSpace.ts';
import { imagesOf, signsModel, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, perturb } from '../../support/program.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

describe('perturb map', () => {
  const folder = suiteFolder();
  builtProgram();
  before(async () => {
    await writeWorkspace(folder.at('home'), {
      tests: {},
      images: imagesOf('stop', 'yield', 'no-entry'),
      models: { signs: signsModel },
    });
  });
  const map = (...options: string[]) =>
    perturb('map', folder.at('home'), '--model', 'signs', '--dataset', 'street', ...options);

  it('writes a page with a picture, and says where', async () => {
    const { code, stdout, stderr } = await map();
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.match(stdout, /^\d+ of 1000 images of white noise \(\d+\.\d%\)/);
    assert.match(stdout, /\n3 of 3 classes were forged from white noise\.\n/);
    const maps = folder.at('home', '.perturb', 'image-space');
    const home = path.join(maps, (await readdir(maps))[0] ?? '');
    const page = await readFile(path.join(home, 'image-space.md'), 'utf8');
    assert.equal(page.match(/^\| (no\\-entry|stop|yield) \| \1 \d+\.\d% \| \d+\.\d \|$/gm)?.length, 3, page);
    // Three columns of a real and a forged image.
    const { width, height } = await sharp(path.join(home, 'image-space.png')).metadata();
    assert.deepEqual([width, height], [3 * 96 + 2 * 8, 2 * 96 + 8]);
  });

  it('prints JSON, and writes into a folder of its own', async () => {
    const { code, stdout } = await map('--json', '--output', folder.at('map'));
    assert.equal(code, 0);
    const { page, classes, real }: MappedSpace = JSON.parse(stdout);
    assert.equal(page, folder.at('map', 'image-space.md'));
    assert.equal(real.images, 12);
    assert.deepEqual(
      classes.map(({ label, forged }) => [label, forged.prediction]),
      ['no-entry', 'stop', 'yield'].map((name) => [name, name]),
    );
  });

  it('exits 2 where others have files, and for a generator that is unknown', async () => {
    const taken = await map('--output', folder.at('home', 'data'));
    assert.equal(taken.code, 2);
    assert.match(taken.stderr, /street/);
    const unknown = await map('--generator', 'painter');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /There is no "painter" in "perturb\.generators"/);
  });
});
