import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { readLabels } from '../../../src/data/readLabels.ts';
import { openModel } from '../../../src/models/open.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const signs = path.resolve('media/demo/models/signs');

describe('openModel', () => {
  const folder = temporaryFolder();
  beforeEach(() => cp(signs, folder.at('signs'), { recursive: true }));

  async function open(at: string) {
    const { classifier, notes, files } = await openModel({ name: 'signs', path: folder.at(at) });
    classifier.dispose();
    return { classes: classifier.classes, notes, files };
  }

  it('opens the one model in a folder', async () => {
    const { files } = await open('signs');
    assert.equal(files[0], folder.at('signs', 'model.json'));
  });

  it('opens a model whose name ends in upper case', async () => {
    await rename(folder.at('signs', 'model.json'), folder.at('signs', 'M.JSON'));
    assert.equal((await open('signs/M.JSON')).classes.length, 18);
  });

  it('refuses a folder without a model, or with several', async () => {
    await mkdir(folder.at('empty'));
    await rejectsWith(open('empty'), folder.at('empty'), 'no model that Perturb can open');
    await folder.write('signs/other.onnx', '');
    await rejectsWith(open('signs'), folder.at('signs'), 'several models', 'model.json', 'other.onnx');
    await rejectsWith(open('nowhere'), 'there is no such model');
  });

  it('refuses what is no regular file, by its path or in a folder, rather than wait for it', async function () {
    if (process.platform === 'win32') return this.skip();
    await mkdir(folder.at('pipes'));
    for (const name of ['model.json', 'model.onnx', 'saved_model.pb']) {
      assert.equal(spawnSync('mkfifo', [folder.at('pipes', name)]).status, 0);
      await rejectsWith(open(`pipes/${name}`), folder.at('pipes', name), 'not a regular file');
    }
    await mkdir(folder.at('pipe'));
    assert.equal(spawnSync('mkfifo', [folder.at('pipe', 'model.json')]).status, 0);
    await rejectsWith(open('pipe'), folder.at('pipe', 'model.json'), 'not a regular file');
  });

  it('says of what Git LFS has not downloaded how to get it', async () => {
    await folder.write('m.onnx', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n');
    await rejectsWith(open('m.onnx'), folder.at('m.onnx'), 'Git LFS has not downloaded', 'git lfs pull');
  });

  it('leaves out a class "background" that the labels name first and the model lacks, and says so', async () => {
    const names = await readLabels(path.join(signs, 'labels.txt'));
    const labeled = async (all: readonly string[]) => {
      const labels = await folder.write('labels.txt', all.join('\n'));
      const { classifier, notes } = await openModel({ name: 'signs', path: folder.at('signs'), labels });
      classifier.dispose();
      return { classes: classifier.classes, notes };
    };
    const { classes, notes } = await labeled(['Background', ...names]);
    assert.deepEqual(classes, names);
    assert.ok(notes.includes('the model has no class for "Background", the first of its labels'), notes.join('; '));
    await rejectsWith(labeled(['sky', ...names]), '18 classes, but its labels name 19');
    await rejectsWith(labeled(['background', ...names, 'sky']), '18 classes, but its labels name 20');
  });

  it('takes the class names of Teachable Machine from beside the model, and says so', async () => {
    const labels = await readLabels(path.join(signs, 'labels.txt'));
    await folder.write('signs/metadata.json', JSON.stringify({ packageName: '@teachablemachine/image', labels }));
    const { classes, notes, files } = await open('signs/model.json');
    assert.deepEqual(classes, labels);
    assert.ok(notes.includes('class names come from metadata.json'), notes.join());
    assert.ok(files.includes(folder.at('signs', 'metadata.json')));
  });

  it('leaves names aside that are not as many as the classes, and says so', async () => {
    await folder.write('signs/metadata.json', '{"labels": ["a", "b"]}');
    const { classes, notes } = await open('signs/model.json');
    assert.equal(classes[1], '1');
    assert.match(notes.join(), /metadata\.json names 2 classes, but the model has 18/);
  });

  it('passes by a metadata.json that is about something else', async () => {
    await folder.write('signs/metadata.json', '{"author": "somebody"}');
    const { classes, notes } = await open('signs/model.json');
    assert.equal(classes[1], '1');
    assert.doesNotMatch(notes.join(), /metadata/);
  });
});
