import assert from 'node:assert/strict';
import { catalog } from '../../../src/attacks/catalog.ts';
import { detectors } from '../../../src/defenses/detectors/catalog.ts';
import { defenses } from '../../../src/defenses/training/catalog.ts';
import { startRuntime } from '../../../src/models/onnx/session/runtime.ts';
import { startTensorFlow } from '../../../src/models/tfjs/backend.ts';
import { builtProgram, perturb } from '../../support/program.ts';

const attacks = [...catalog.values()];

describe('perturb', () => {
  builtProgram();

  it('catalog --json tells everything about every attack', async () => {
    const { code, stdout, stderr } = await perturb('catalog', '--json');
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    const entries = JSON.parse(stdout).attacks;
    assert.equal(entries.length, attacks.length);
    for (const [i, { id, title, kind, threatModel, norms, source, goals, parameters }] of attacks.entries()) {
      const { parameters: listed, ...entry } = entries[i];
      assert.deepEqual(
        [entry.id, entry.title, entry.kind, entry.threatModel, entry.norms, entry.source, entry.goals],
        [id, title, kind, threatModel, [...norms], source, [...goals]],
      );
      assert.deepEqual(
        listed.map(({ name }: { name: string }) => name),
        Object.keys(parameters),
      );
      for (const parameter of listed) {
        for (const { text, source } of [parameter.quick, parameter.paper]) {
          assert.ok(text.length > 0, `${id} ${parameter.name} has no default in words`);
          assert.ok(source.length > 0, `${id} ${parameter.name} has no source`);
        }
        assert.ok(parameter.description.length > 0);
        assert.equal(typeof parameter.schema, 'object');
      }
    }
  });

  it('catalog --json tells everything about every detector and training defense', async () => {
    const { detectors: detectorEntries, defenses: defenseEntries } = JSON.parse(
      (await perturb('catalog', '--json')).stdout,
    );
    for (const [catalog, entries] of [
      [detectors, detectorEntries],
      [defenses, defenseEntries],
    ] as const) {
      assert.deepEqual(
        entries.map(({ id }: { id: string }) => id),
        [...catalog.keys()],
      );
      for (const [i, { title, description, source, parameters }] of [...catalog.values()].entries()) {
        const entry = entries[i];
        assert.deepEqual([entry.title, entry.description, entry.source], [title, description, source]);
        const expected = Object.entries(parameters).map(([name, { description, schema, quick, paper = quick }]) => {
          const [first, second] = [quick, paper].map(({ text, source }) => ({ text, source }));
          return { name, description, schema, quick: first, paper: second };
        });
        assert.deepEqual(entry.parameters, expected);
      }
    }
    assert.deepEqual(
      detectorEntries.map(({ learnsFrom }: { learnsFrom: string }) => learnsFrom),
      [...detectors.values()].map(({ learnsFrom }) => learnsFrom),
    );
  });

  it('catalog lists every attack, detector and training defense with its parameters', async () => {
    const { code, stdout } = await perturb('catalog');
    assert.equal(code, 0);
    for (const { id, title, kind, threatModel, source, fixedBudget, parameters } of attacks) {
      const [, entry = ''] = `\n${stdout}`.split(`\n${id}: ${title}\n`);
      const [, , facts = ''] = entry.split('\n');
      assert.ok(facts.startsWith(`  ${kind}; ${threatModel}; `), facts);
      assert.equal(facts.endsWith('; no budget'), !fixedBudget);
      assert.ok(stdout.includes(`  ${source}\n`));
      for (const [name, { description }] of Object.entries(parameters)) {
        assert.ok(stdout.includes(`  ${name}: ${description}\n`));
      }
    }
    for (const [catalog, kind] of [
      [detectors, 'detector; trained on clean images'],
      [defenses, 'training defense'],
    ] as const) {
      for (const { id, title, description, source, parameters } of catalog.values()) {
        const [, entry = ''] = stdout.split(`\n${id}: ${title}\n`);
        assert.ok(entry.startsWith(`  ${description}\n  ${source}\n  ${kind}`), `${id}: ${entry.slice(0, 500)}`);
        for (const [name, { quick }] of Object.entries(parameters)) {
          assert.ok(entry.includes(`\n  ${name}: `), `${id}: ${name}`);
          assert.ok(entry.includes(`\n    default: ${quick.text} (${quick.source})\n`), `${id}: ${name}`);
        }
      }
    }
  });

  it('doctor names the engines, and where one is not what it could be the reason and the repair', async () => {
    const { code, stdout, stderr } = await perturb('doctor');
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    const engines = [await startRuntime(), await startTensorFlow()];
    assert.ok(stdout.includes(`Node.js ${process.version} on ${process.platform} ${process.arch}\n`), stdout);
    const words = engines.flatMap(({ name, reason, repair }) =>
      [name, reason, repair].filter((text) => text !== undefined),
    );
    for (const text of words) assert.ok(stdout.includes(`${text}\n`), stdout);
    assert.equal(stdout.trimEnd().split('\n').length, 1 + words.length);
  });

  it('--help lists the commands and the attacks', async () => {
    const { code, stdout } = await perturb('--help');
    assert.equal(code, 0);
    for (const command of ['run', 'check-preprocessing', 'convert', 'train', 'demo', 'catalog', 'doctor'])
      assert.match(stdout, new RegExp(`^  ${command}\\b`, 'm'));
    for (const { id, description } of attacks) {
      const line = stdout.split('\n').find((text) => text.trimStart().startsWith(`${id} `));
      assert.ok(line?.endsWith(description), stdout);
    }
  });

  for (const args of [['attack'], [], ['run'], ['run', '.', '--fast'], ['train'], ['doctor', 'now']]) {
    it(`exits 2 for: perturb ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await perturb(...args);
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
      assert.match(stderr, args.length === 0 ? /^Usage: perturb/ : /^error: /);
    });
  }
});
