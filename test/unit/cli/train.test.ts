import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { imagesOf, signsModel, writeSettings, writeWorkspace } from '../../support/demoWorkspace.ts';
import { nextFile } from '../../support/nextFile.ts';
import { builtProgram, cliFile, perturb, start } from '../../support/program.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const common = { model: 'signs', dataset: 'street' };
// biome-ignore lint/suspicious/noTemplateCurlyInString: as settings have it
const variable = '${env:PERTURB_TEST_VAULT}';
const attacks = [{ attack: 'fgsm', epsilon: '16/255' }];

describe('perturb train', () => {
  const folder = suiteFolder();
  const workspace = () => folder.at('workspace');
  builtProgram();
  before(async () => {
    await writeWorkspace(workspace(), { tests: {}, images: imagesOf('stop', 'yield', 'no-entry', 'roundabout') });
    const settings = {
      'perturb.models': { signs: signsModel, absent: { path: `${variable}/absent.onnx` } },
      'perturb.datasets': { street: { path: 'data/street' } },
      'perturb.detectors': {
        jpeg: { ...common, kind: 'jpeg', path: 'out/jpeg', attacks, heldOut: [] },
        secret: { ...common, kind: 'jpeg', path: `${variable}/jpeg`, attacks, heldOut: [] },
        nowhere: { ...common, model: 'absent', kind: 'jpeg', path: 'out/nowhere', attacks },
        broken: { ...common, kind: 'jpeg', path: 'out/broken', dataset: 'steet' },
      },
      'perturb.defenses': {
        endless: {
          ...common,
          kind: 'goodfellow',
          path: 'out/endless',
          parameters: { epochs: 100_000, patience: 100_000 },
        },
      },
    };
    await writeSettings(workspace(), JSON.stringify(settings, null, 2));
  });

  after(() => {
    delete process.env.PERTURB_TEST_VAULT;
  });

  it('says what there is to train, where nothing is named', async () => {
    const { code, stdout, stderr } = await perturb('train', workspace());
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    const lists = 'Defenses: endless. Detectors: jpeg, secret, nowhere, broken.';
    assert.equal(
      stderr,
      `Specify what to train with --defense NAME, --surrogate NAME, --generator NAME, or --detector NAME. ${lists}\n`,
    );
    await writeSettings(folder.at('empty'), '{}');
    const empty = await perturb('train', folder.at('empty'));
    assert.match(
      empty.stderr,
      /^The settings define nothing to train\. Add a defense under "perturb\.defenses", a surrogate/,
    );
    assert.equal(empty.code, 2);
  });

  it('trains nothing where a name is unknown, or its definition has a mistake', async () => {
    const unknown = await perturb('train', workspace(), '--detector', 'jpeg', 'jpg');
    assert.deepEqual({ code: unknown.code, stdout: unknown.stdout }, { code: 2, stdout: '' });
    assert.equal(unknown.stderr, 'There is no "jpg" in "perturb.detectors". Did you mean "jpeg"?\n');
    const { code, stderr } = await perturb('train', workspace(), '--detector', 'jpeg', '--detector', 'broken');
    assert.equal(code, 2);
    assert.match(stderr, /settings\.json:\d+:\d+: perturb\.detectors › broken › dataset: There is no "steet" in/);
    assert.ok(!existsSync(folder.at('workspace', 'out')));
  });

  it('fits a detector and prints what it came to', async () => {
    const { code, stdout, stderr } = await perturb('train', workspace(), '--detector', 'jpeg');
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.match(stdout, /^jpeg: .* for signs\n/);
    assert.match(stdout, /│ FGSM linf +│ 16\/255 +│/);
    const file = folder.at('workspace', 'out', 'jpeg', 'detector.json');
    assert.ok(stdout.endsWith(`\ndetector: ${file}\n`), stdout);
    assert.ok(existsSync(file));
  });

  it('prints reports as JSON', async () => {
    const { code, stdout } = await perturb('train', workspace(), '--json', '--detector', 'jpeg');
    assert.equal(code, 0);
    const { detectors, defenses } = JSON.parse(stdout);
    assert.deepEqual(defenses, []);
    assert.deepEqual(
      detectors.map(({ name, kind, attacks }: { name: string; kind: string; attacks: { attack: string }[] }) => [
        name,
        kind,
        attacks.map(({ attack }) => attack),
      ]),
      [['jpeg', 'jpeg', ['fgsm']]],
    );
  });

  it('prints the name of a variable of the environment in place of its value', async () => {
    process.env.PERTURB_TEST_VAULT = folder.at('workspace', 'vault');
    const { code, stdout } = await perturb('train', workspace(), '--detector', 'secret');
    assert.equal(code, 0);
    assert.ok(stdout.endsWith(`\ndetector: ${variable}/jpeg/detector.json\n`), stdout);
    assert.ok(existsSync(folder.at('workspace', 'vault', 'jpeg', 'detector.json')));
    const absent = await perturb('train', workspace(), '--detector', 'nowhere');
    assert.equal(absent.code, 2);
    assert.ok(absent.stderr.startsWith(`${variable}/absent.onnx`), absent.stderr);
    assert.ok(!absent.stderr.includes('vault'), absent.stderr);
  });

  it('can be interrupted and says how to go on', async function () {
    if (process.platform === 'win32') this.skip();
    const original = await readFile(folder.at('workspace', signsModel.path));
    const output = folder.at('workspace', 'out', 'endless');
    await mkdir(output, { recursive: true });
    const checkpoint = nextFile(output, 'state.json');
    const { pid, ended } = start(process.execPath, [cliFile, 'train', workspace(), '--defense', 'endless']);
    await checkpoint;
    process.kill(-pid, 'SIGINT');
    const { code, stdout, stderr } = await ended;
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    const advice = 'Run the same command again to resume after the last completed step.';
    assert.equal(stderr, `Interrupted while training endless. ${advice}\n`);
    assert.deepEqual(await readFile(folder.at('workspace', signsModel.path)), original);
  });
});
