// `npm run test:native`: the tests of models, and those in this folder, on native TensorFlow. Where it is not installed,
// says which tests are left out. Besides where Perturb looks for it, it may lie in .cache/tensorflow.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { computingOf } from '../../src/engine/computing.ts';
import { configureTensorFlow, startTensorFlow } from '../../src/models/tfjs/backend.ts';

const root = path.join(import.meta.dirname, '..', '..');
const cache = path.join(root, '.cache', 'tensorflow');
if (existsSync(cache)) process.env.PERTURB_TENSORFLOW ??= cache;
delete process.env.PERTURB_BACKEND;
configureTensorFlow(computingOf(process.env).tensorflow);
const { kind, name, reason, repair } = await startTensorFlow();
if (kind === 'native') {
  console.log(`On ${name}:`);
  const mocha = path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const env = { ...process.env, PERTURB_BACKEND: kind };
  const args = [mocha, '--config', 'test/native/.mocharc.json'];
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
} else {
  const left = ['test/native', 'test/unit/models'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true })
      .map((file) => `${folder}/${file}`)
      .filter((file) => file.endsWith('.test.ts') && !/filterGradients|\/onnx\//.test(file)),
  );
  console.log(`Left out, on native TensorFlow: ${reason} ${repair}\n${left.map((file) => `  ${file}`).join('\n')}`);
}
