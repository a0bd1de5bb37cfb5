// `npm run test:mlserver`: models on a real MLServer, which is installed from PyPI into .cache/mlserver. Where there is no
// Python, or the package cannot be had, says so.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { installMlServer } from '../support/remote/mlserver.ts';

const root = path.join(import.meta.dirname, '..', '..');
const reason = await installMlServer();
if (reason === undefined) {
  const mocha = path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const args = [mocha, '--config', 'test/mlserver/.mocharc.json'];
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
} else {
  console.log(`Left out: test/mlserver, models on a real MLServer. It cannot be installed from PyPI: ${reason}`);
}
