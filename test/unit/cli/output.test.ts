import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { imagesOf, writeSettings, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, cliFile, type Ended, perturb, start } from '../../support/program.ts';
import { readLines } from '../../support/readRun.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const test = { model: 'signs', dataset: 'street', attack: 'fgsm', epsilon: '8/255', expect: { robustAccuracy: 0 } };

describe('perturb run with nothing to run, or nowhere to write', () => {
  const folder = suiteFolder();
  builtProgram();

  const workspace = () => folder.at('workspace');
  before(() => writeWorkspace(workspace(), { tests: { FGSM: test }, images: imagesOf('stop') }));

  /** Asserts that a run ended with exit code 2 and one line for people. */
  function assertRefused({ code, stdout, stderr }: Ended, ...words: string[]): void {
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    for (const word of words) assert.ok(stderr.includes(word), stderr);
    assert.match(stderr, /^[^\n]+\.\n$/);
  }

  it('says that there is no workspace', async () => {
    const nowhere = folder.at('nowhere');
    assertRefused(await perturb('run', nowhere), `no folder or .code-workspace file at ${nowhere}`, 'Check the path');
  });

  it('says that there are no settings, and where they belong', async () => {
    await mkdir(folder.at('bare'));
    const words = [`There are no settings in ${folder.at('bare')}`, folder.at('bare', '.vscode', 'settings.json')];
    assertRefused(await perturb('run', folder.at('bare')), ...words);
  });

  it('says that the settings define no tests', async () => {
    await writeSettings(folder.at('empty'), '{ "editor.tabSize": 2 }');
    assertRefused(await perturb('run', folder.at('empty')), folder.at('empty'), 'define no tests', '"perturb.tests"');
  });

  it('says that the results cannot be written', async () => {
    await writeFile(folder.at('file'), '');
    const output = folder.at('file', 'results');
    assertRefused(await perturb('run', workspace(), '--output', output), `Cannot write ${output}`, 'is a file');
  });

  it('does not replace images that are not from a run', async () => {
    await mkdir(folder.at('mine', 'images'), { recursive: true });
    await writeFile(folder.at('mine', 'images', 'holiday.jpg'), 'precious');
    const refused = await perturb('run', workspace(), '--output', folder.at('mine'));
    assertRefused(refused, `${folder.at('mine')} holds other files (images)`, 'Choose a new or an empty folder');
    assert.deepEqual(await readdir(folder.at('mine')), ['images']);
    assert.equal(await readFile(folder.at('mine', 'images', 'holiday.jpg'), 'utf8'), 'precious');
  });

  it('keeps whole lines of what was finished when a disk runs full', async function () {
    const disk = folder.at('disk');
    await mkdir(disk);
    // A disk of a few pages, in a mount namespace of its own, which ends with the shell.
    const mount = 'mount -t tmpfs -o nr_blocks=6 perturb "$0"';
    const run = '"$1" "$2" run "$3" --output "$0"; code=$?; cp -r "$0/." "$4"; exit $code';
    const inNamespace = (script: string, ...args: string[]) =>
      start('unshare', ['--mount', '--map-root-user', 'sh', '-c', script, disk, ...args]).ended;
    const possible = await inNamespace(mount).catch(() => undefined);
    if (possible?.code !== 0) {
      console.log(`      cannot mount a small disk here: ${possible?.stderr.trim() || 'there is no unshare'}`);
      this.skip();
    }
    await mkdir(folder.at('kept'));
    const ended = await inNamespace(
      `${mount} && { ${run}; }`,
      process.execPath,
      cliFile,
      workspace(),
      folder.at('kept'),
    );
    assert.equal(ended.code, 2);
    assert.match(ended.stdout, /FGSM .*errored/s, 'the table is printed all the same');
    assert.match(ended.stderr, /^Cannot write [^\n]+: the disk is full[^\n]+\.\n$/);
    const left = await readdir(folder.at('kept'));
    assert.ok(!left.some((name) => name.endsWith('.new')), `${left}`);
    const finished = await readLines(folder.at('kept'));
    assert.ok(finished.length > 0 && finished.length < 4, `${finished.length} examples fit`);
    for (const { adversarialImage } of finished) assert.ok(existsSync(folder.at('kept', adversarialImage as string)));
  });
});
