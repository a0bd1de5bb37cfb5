import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../src/models/wheels/run.ts';
import type { RunReport } from '../../src/reports/report.ts';
import { packageCommandLine } from '../../src/tools/packageCommandLine.ts';
import { targetHere, targets } from '../../src/tools/targets.ts';
import { demoVerdicts, verdictsIn } from '../support/demoVerdicts.ts';
import { builtProgram, type Ended, start } from '../support/program.ts';
import { repository } from '../support/vscode/provision.ts';
import { copyWorkspace } from '../support/vscode/workspace.ts';
import { filesOf } from './filesOf.ts';
import { orSkip } from './orSkip.ts';

/** All that may be in the package, each of which has to be there. */
const contents = [
  /^(?:package\.json|README\.md|CHANGELOG\.md|LICENSE|THIRD_PARTY_NOTICES|sbom\.json)$/,
  /^dist\/(?:(?:cli|engine|onnxThread)\.js|report\.(?:js|css))$/,
  /^dist\/(?:cli|engine)\/[\w-]+\.js$/,
  /^media\/audit\/[a-z-]+\.md$/,
  /^media\/(?:demo|demos\/(?:faces|filter))\/(?:README\.md|\.vscode\/settings\.json)$/,
  /^media\/demo\/data\/street\/[\w-]+\/\d+\.png$/,
  /^media\/demo\/models\/(?:signs|camera)\/(?:model\.json|weights\.bin|labels\.txt|README\.md)$/,
  /^media\/demos\/\w+\/data\/\w+\/\w+\/\d+\.png$/,
  /^media\/demos\/\w+\/models\/\w+\/(?:model\.json|weights\.bin|labels\.txt|README\.md)$/,
  /^media\/demos\/filter\/detectors\/net\/(?:\.perturb-folder\.json|detector\.(?:json|npz))$/,
];

describe('The command line as an npm package', () => {
  let temporary: string;
  /** The folder that it is installed into. */
  let folder: string;
  builtProgram();

  before(async function () {
    temporary = await mkdtemp(path.join(await realpath(tmpdir()), 'perturb-npm-'));
    folder = path.join(temporary, 'empty');
    await mkdir(folder);
    const { file } = await packageCommandLine(repository, temporary);
    // One of the install scripts of others downloads what we do not need.
    const args = ['install', '--prefix', '.', '--ignore-scripts', '--prefer-offline', '--no-audit', file];
    await orSkip(this, run('Installing the package', 'npm', args, { cwd: folder }));
  });
  after(() => rm(temporary, { recursive: true, force: true, maxRetries: 5 }));

  /** Runs the installed command, as users do; npm may not fetch another one. */
  const perturb = (...args: readonly string[]): Promise<Ended> =>
    start('npx', ['--no', 'perturb', ...args], folder).ended;

  const read = async (...file: readonly string[]) => JSON.parse(await readFile(path.join(folder, ...file), 'utf8'));

  it('has what runs, and nothing else', async () => {
    const files = await filesOf(path.join(folder, 'node_modules', 'perturb'));
    const own = files.filter((file) => !file.startsWith('node_modules/'));
    assert.deepEqual(
      own.filter((file) => !contents.some((pattern) => pattern.test(file))),
      [],
    );
    for (const pattern of contents)
      assert.ok(
        own.some((file) => pattern.test(file)),
        String(pattern),
      );
  });

  it('brings the versions that are tested', async () => {
    const { packages } = JSON.parse(await readFile(path.join(repository, 'package-lock.json'), 'utf8'));
    const { dependencies } = JSON.parse(await readFile(path.join(repository, 'package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) {
      const { version } = await read('node_modules', name, 'package.json');
      assert.equal(version, packages[`node_modules/${name}`].version, name);
    }
  });

  it('runs the demo', async () => {
    const { code, stdout, stderr } = await perturb('demo', '--output', 'demo');
    assert.equal(code, 0, stderr);
    const report = (await read('demo', 'report.json')) as RunReport;
    assert.deepEqual(verdictsIn(report), demoVerdicts);
    assert.ok(stdout.includes(path.join(folder, 'demo')), stdout);
    const engine = targets[targetHere()].native ? '(cpu)' : '(wasm)';
    assert.ok(JSON.stringify(report).includes(engine), `the report does not name ${engine}`);
  });

  it('runs the tests of a workspace', async () => {
    const workspace = await copyWorkspace();
    try {
      const { code, stdout, stderr } = await perturb('run', workspace.folder, '--json', '--test', 'FGSM 2/255');
      assert.equal(code, 0, stderr);
      assert.deepEqual(verdictsIn(JSON.parse(stdout)), { 'FGSM 2/255': 'passed' });
    } finally {
      await workspace.remove();
    }
  });
});
