import assert from 'node:assert/strict';
import { builtProgram, cliFile, start } from '../../support/program.ts';

describe('the command line where it cannot start', () => {
  builtProgram();

  it('exits with 2, since no test failed, and says why', async function () {
    if (process.platform === 'win32') this.skip();
    // So few files that Node starts, and nothing more.
    const { code, stderr } = await start('sh', [
      '-c',
      'ulimit -n 28; exec "$0" "$1" --version',
      process.execPath,
      cliFile,
    ]).ended;
    assert.equal(code, 2, stderr);
    assert.match(stderr, /could not start.*too many files are open/s);
  });
});
