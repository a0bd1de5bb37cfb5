import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openModel } from '../../../src/models/open.ts';
import { writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, perturb } from '../../support/program.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

describe('perturb convert', () => {
  const folder = suiteFolder();
  builtProgram();
  before(() => writeWorkspace(folder.at('.'), { tests: {}, images: [] }));

  it('writes a model that is named by its path, or in the settings', async () => {
    const byPath = folder.at(path.join('models', 'signs', 'model.json'));
    for (const [name, ...options] of [[byPath], ['signs', '--workspace', folder.at('.')]]) {
      const to = folder.at(`${options.length}.onnx`);
      const { code, stdout, stderr } = await perturb('convert', name as string, '--to', to, ...options);
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.match(stdout, /\.onnx: \d+ nodes with version 17 of ONNX’s operators, [\d.]+ MB\n$/);
      const { classifier } = await openModel({ name: 'signs', path: to });
      classifier.dispose();
      assert.equal(classifier.classes.length, 18);
    }
  });

  for (const [what, args, words] of [
    ['a file that exists', ['signs', '--to', 'models/signs/there.onnx'], 'exists already'],
    ['a folder that is missing', ['signs', '--to', 'nowhere/model.onnx'], 'its folder does not exist'],
    ['a name that is unknown', ['sings', '--to', 'a.onnx'], 'Did you mean "signs"?'],
  ] as const) {
    it(`exits 2 for ${what}`, async () => {
      await writeFile(folder.at('models', 'signs', 'there.onnx'), 'mine');
      const [name, option, to] = args;
      const { code, stdout, stderr } = await perturb(
        'convert',
        name,
        option,
        folder.at(to),
        '--workspace',
        folder.at('.'),
      );
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
      assert.ok(stderr.includes(words), stderr);
    });
  }

  it('exits 2 for a path where there is nothing, and without --to', async () => {
    const missing = await perturb('convert', folder.at('none.keras'), '--to', folder.at('a.onnx'));
    assert.equal(missing.code, 2);
    assert.ok(missing.stderr.includes('there is no such model'), missing.stderr);
    const without = await perturb('convert', 'signs');
    assert.match(without.stderr, /^error: required option '--to <file>' not specified/);
  });
});
