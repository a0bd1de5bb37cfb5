import assert from 'node:assert/strict';
import { readFile, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import { tryLoading } from '../../../../../src/models/tfjs/native/verdict.ts';
import { temporaryFolder } from '../../../../support/temporaryFolder.ts';
import { fakePackage } from './fakePackage.ts';

describe('whether native TensorFlow loads', () => {
  const folder = temporaryFolder();
  const loads = async () => (await readFile(folder.at('t', 'loads'), 'utf8')).length;

  it('is found out once: it does', async () => {
    const fake = await fakePackage(folder, 't', 'computes');
    assert.deepEqual(await tryLoading(fake), { loads: true, tensorflow: '2.99.0' });
    assert.deepEqual(await tryLoading(fake), { loads: true, tensorflow: '2.99.0' });
    assert.equal(await loads(), 1);
  });

  it('is found out once, and again when it is built anew: it crashes', async function () {
    if (process.platform === 'win32') this.skip();
    const fake = await fakePackage(folder, 't', 'crashes');
    for (let i = 0; i < 2; i++) {
      const verdict = await tryLoading(fake);
      assert.match(verdict.loads ? '' : verdict.reason, /^it crashes \(SIGILL\), probably because the processor lacks/);
    }
    assert.equal(await loads(), 1);
    await utimes(path.join(fake, 'lib', 'napi-v8', 'tfjs_binding.node'), 1, 1);
    await tryLoading(fake);
    assert.equal(await loads(), 2);
  });

  it('is found out every time where it fails for a reason that may go away', async () => {
    const fake = await fakePackage(folder, 't', 'throws');
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(await tryLoading(fake), {
        loads: false,
        reason: 'it does not load: Error: libstdc++ is too old',
      });
    }
    assert.equal(await loads(), 2);
  });

  it('is not the case where it miscomputes', async () => {
    const verdict = await tryLoading(await fakePackage(folder, 't', 'miscomputes'));
    assert.match(verdict.loads ? '' : verdict.reason, /it computes 17 where 16 is right/);
  });

  it('is not the case where it was never built', async () => {
    const fake = await fakePackage(folder, 't', 'computes');
    await rm(path.join(fake, 'lib'), { recursive: true });
    assert.deepEqual(await tryLoading(fake), {
      loads: false,
      reason: 'its native library was not downloaded or built.',
    });
  });
});
