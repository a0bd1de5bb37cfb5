import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { claimFolder, clearFolder, makeFolderWithin } from '../../../src/data/ownFolder.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const run = { holds: 'a run', contents: ['images', 'report.json'] };

describe('a folder that Perturb writes', () => {
  const folder = temporaryFolder();
  const place = () => folder.at('output');
  const list = async () => (await readdir(place())).sort();

  it('is created, taken when it is empty, and taken again', async () => {
    await claimFolder(place(), run);
    await claimFolder(place(), run);
    assert.deepEqual(await list(), ['.perturb-folder.json']);
    await mkdir(folder.at('empty'));
    await claimFolder(folder.at('empty'), run);
  });

  it('is none that holds files of the same names', async () => {
    await folder.write('output/images/mine.png', 'mine');
    await folder.write('output/report.json', '{"format":"perturb-report"}');
    await rejectsWith(
      claimFolder(place(), run),
      'holds other files (images, report.json)',
      'Choose a new or an empty folder',
    );
    assert.deepEqual(await list(), ['images', 'report.json']);
  });

  it('is none that was written for something else', async () => {
    await claimFolder(place(), { holds: 'the detector "net"', contents: [] });
    await rejectsWith(claimFolder(place(), run), 'holds the detector "net" that Perturb wrote');
  });

  it('is none with a marker that says nothing', async () => {
    for (const marker of ['', '{}', '{"format":"perturb-folder"}', '[1]', 'null']) {
      await folder.write('output/.perturb-folder.json', marker);
      await rejectsWith(claimFolder(place(), run), 'holds other files');
    }
  });

  it('is taken where a process was killed while it wrote the marker', async () => {
    await folder.write('output/.perturb-folder.json.new', '{"form');
    await claimFolder(place(), run);
    assert.deepEqual(await list(), ['.perturb-folder.json']);
  });

  it('loses what is ours, whole or not, and nothing else', async () => {
    await claimFolder(place(), run);
    await folder.write('output/images/a.png', 'ours');
    await folder.write('output/report.json.new', 'half of ours');
    await folder.write('output/notes.txt', 'mine');
    await clearFolder(place(), run);
    assert.deepEqual(await list(), ['.perturb-folder.json', 'notes.txt']);
  });

  it('loses nothing that its marker does not list', async () => {
    await claimFolder(place(), { ...run, contents: ['images'] });
    await folder.write('output/images/a.png', 'ours');
    await folder.write('output/report.json', 'mine');
    await clearFolder(place(), run);
    assert.deepEqual(await list(), ['.perturb-folder.json', 'report.json']);
  });

  it('is refused where something of ours is a link', async () => {
    await claimFolder(place(), run);
    await folder.write('elsewhere/a.png', 'mine');
    await symlink(folder.at('elsewhere'), folder.at('output', 'images'));
    await rejectsWith(claimFolder(place(), run), 'images is a link');
    await clearFolder(place(), run);
    assert.equal(await readFile(folder.at('elsewhere', 'a.png'), 'utf8'), 'mine');
  });
});

describe('a folder within another', () => {
  const folder = temporaryFolder();

  it('is created step by step', async () => {
    assert.equal(await makeFolderWithin(folder.at(), '.perturb', 'runs'), folder.at('.perturb', 'runs'));
  });

  it('is not reached by a link that leads elsewhere, at any step', async () => {
    await mkdir(folder.at('workspace'));
    await mkdir(folder.at('elsewhere'));
    await symlink(folder.at('elsewhere'), folder.at('workspace', '.perturb'));
    const make = () => makeFolderWithin(folder.at('workspace'), '.perturb', 'runs');
    await rejectsWith(make(), '.perturb is a link to', 'not written through links');
    assert.deepEqual(await readdir(folder.at('elsewhere')), []);
  });

  it('may be in a workspace that is reached by a link itself', async () => {
    await mkdir(folder.at('workspace'));
    await symlink(folder.at('workspace'), folder.at('link'));
    await makeFolderWithin(folder.at('link'), '.perturb', 'runs');
    assert.deepEqual(await readdir(folder.at('workspace')), ['.perturb']);
  });
});
