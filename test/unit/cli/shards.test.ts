import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { shardOf } from '../../../src/cli/shardOption.ts';
import { slurmScripts } from '../../../src/cli/submit/slurm.ts';
import type { RunReport } from '../../../src/reports/report.ts';
import { demoFolder, imagesOf, writeSettings, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, type Ended, perturb } from '../../support/program.ts';
import { readReport, withoutTimes } from '../../support/readRun.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const common = { model: 'signs', dataset: 'street', minimumEligible: 1 };
const tests = {
  FGSM: { ...common, attack: 'fgsm', epsilon: '8/255', expect: { robustAccuracy: 1 } },
  'I-FGSM': { ...common, attack: 'ifgsm', epsilon: ['8/255', '2/255'], expect: { robustAccuracy: [0, 0] } },
  // Too few steps, which the audit would question in a test that passes.
  FMN: { ...common, attack: 'fmn', norm: 'l2', parameters: { steps: 10 }, expect: { medianDistance: 9 } },
};
const shards = 3;

describe('perturb run --shard', () => {
  const folder = suiteFolder();
  builtProgram();
  let single: Ended;
  const ended: Ended[] = [];
  let merged: Ended;
  const places = () => Array.from({ length: shards }, (_, i) => folder.at('shards', `${i + 1}`));

  before(async () => {
    await writeWorkspace(folder.at('workspace'), { tests, images: imagesOf('children', 'stop') });
    single = await perturb('run', folder.at('workspace'), '--output', folder.at('single'));
    for (const [i, place] of places().entries()) {
      ended.push(await perturb('run', folder.at('workspace'), '--shard', `${i + 1}/${shards}`, '--output', place));
    }
    merged = await perturb('merge', ...places(), '--output', folder.at('merged'));
  });

  it('ends with 0 for each shard, and merging them with 1 as a test fails', () => {
    assert.deepEqual(
      [...ended, single, merged].map(({ code }) => code),
      [0, 0, 0, 1, 1],
      [...ended, merged].map(({ stderr }) => stderr).join('\n'),
    );
  });

  it('merges to the report of a single run, but for times, and to its pictures', async () => {
    const [one, other] = await Promise.all(['single', 'merged'].map((name) => readReport(folder.at(name))));
    assert.equal(withoutTimes(other as RunReport), withoutTimes(one as RunReport));
    const pictures = (one?.tests ?? []).flatMap((test) => ('pictures' in test ? test.pictures : []));
    assert.ok(pictures.length > 0, 'there are pictures');
    for (const picture of pictures) {
      const [a, b] = await Promise.all(['single', 'merged'].map((name) => readFile(folder.at(name, picture))));
      assert.ok(a?.equals(b as Buffer), picture);
    }
  });

  it('continues a shard where it was interrupted, and comes to the same', async () => {
    const [first = ''] = places();
    const torn = folder.at('torn');
    await cp(first, torn, { recursive: true });
    const shard = JSON.parse(await readFile(path.join(torn, 'shard.json'), 'utf8'));
    for (const test of shard.tests) Object.assign(test, { state: 'errored', message: 'killed', done: undefined });
    await writeFile(path.join(torn, 'shard.json'), JSON.stringify(shard));
    const names = await readdir(path.join(torn, 'finished'));
    const textsIn = (place: string) =>
      Promise.all(names.map((name) => readFile(path.join(place, 'finished', name), 'utf8')));
    const finished = await textsIn(torn);
    // Killed while it wrote a line.
    for (const [i, name] of names.entries()) {
      const text = finished[i] ?? '';
      await writeFile(path.join(torn, 'finished', name), text.slice(0, text.length * 0.6));
    }
    const again = await perturb('run', folder.at('workspace'), '--shard', `1/${shards}`, '--output', torn);
    assert.equal(again.code, 0, again.stderr);
    const lines = (text: string) => text.trim().split('\n').sort();
    assert.deepEqual((await textsIn(torn)).map(lines), finished.map(lines));
    const examples = await Promise.all(
      [first, torn].map(async (place) => lines(await readFile(path.join(place, 'examples.jsonl'), 'utf8'))),
    );
    assert.deepEqual(examples[1], examples[0]);
    const done: { state: string; message?: string }[] = JSON.parse(
      await readFile(path.join(torn, 'shard.json'), 'utf8'),
    ).tests;
    assert.deepEqual(
      done.map(({ state, message }) => [state, message]),
      done.map(() => ['attacked', undefined]),
    );
  });

  it('begins anew with what it had attacked in another model, and goes on with nothing of that', async () => {
    const own = folder.at('retrained');
    await cp(folder.at('workspace'), own, { recursive: true });
    const place = folder.at('begun');
    const run = () => perturb('run', own, '--shard', `1/${shards}`, '--output', place);
    const { code, stderr } = await run();
    assert.equal(code, 0, stderr);
    const camera = path.join(demoFolder, 'models', 'camera');
    const hashes = async (): Promise<Set<string>> => {
      const shard = JSON.parse(await readFile(path.join(place, 'shard.json'), 'utf8'));
      return new Set(shard.tests.flatMap(({ done }: { done?: { sha256: string } }) => done?.sha256 ?? []));
    };
    const before = await hashes();
    await cp(camera, path.join(own, 'models', 'signs'), { recursive: true });
    const again = await run();
    assert.equal(again.code, 0);
    assert.match(again.stderr, /signs › FGSM begins anew, as these are others than before: model\./);
    const after = await hashes();
    assert.deepEqual([before.size, after.size], [1, 1]);
    assert.notDeepEqual(after, before);
    const examples = (await readFile(path.join(place, 'examples.jsonl'), 'utf8')).trim().split('\n');
    const seen = new Set(
      examples.map((line) => {
        const { test, index, epsilon } = JSON.parse(line);
        return JSON.stringify([test, index, epsilon]);
      }),
    );
    assert.equal(seen.size, examples.length, 'an example is there twice');
  });

  it('refuses shards that are missing, there twice, unfinished, or of another run, and says which', async () => {
    const [first = '', second = '', third = ''] = places();
    const refused = async (words: RegExp, ...folders: string[]) => {
      const { code, stdout, stderr } = await perturb('merge', ...folders, '--output', folder.at('refused'));
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, words);
    };
    await refused(/Of 3 shards, this one is missing: 2/, first, third);
    await refused(/are both shard 2 of 3/, first, second, second, third);
    await refused(/has no shard in it/, first, second, folder.at('single'));
    const changed = async (
      name: string,
      change: (shard: Record<string, unknown> & { tests: object[] }) => void,
      from = third,
    ) => {
      await cp(from, folder.at(name), { recursive: true });
      const file = folder.at(name, 'shard.json');
      const shard = JSON.parse(await readFile(file, 'utf8'));
      change(shard);
      await writeFile(file, JSON.stringify(shard));
      return folder.at(name);
    };
    const version = await changed('version', (shard) => Object.assign(shard, { perturb: '0.0.0' }));
    await refused(
      /not of the same run: one was made by version .+ of Perturb, the other by 0\.0\.0/,
      first,
      second,
      version,
    );
    const settings = await changed('settings', (shard) => Object.assign(shard.tests[1] as object, { settings: 'x' }));
    await refused(/the settings of "signs › I-FGSM" differ/, first, second, settings);
    const hash = await changed(
      'hash',
      (shard) => {
        for (const test of shard.tests as { done?: object }[])
          Object.assign(test.done ?? {}, { sha256: 'f'.repeat(64) });
      },
      second,
    );
    // It has tests in common with its neighbors.
    await refused(/the model of "signs › .+" differs \(sha256 /, first, hash, third);
    const open = await changed('open', (shard) => Object.assign(shard.tests[2] as object, { state: 'open' }));
    await refused(/Shard 3 of 3 in .+ is not finished: "signs › FMN" is still open/, first, second, open);
    const damaged = await changed('damaged', (shard) => Object.assign(shard, { tests: 7 }));
    await refused(/shard\.json is damaged/, first, second, damaged);
  });

  it('refuses settings that have changed since', async () => {
    await cp(folder.at('workspace'), folder.at('other'), { recursive: true });
    const file = folder.at('other', '.vscode', 'settings.json');
    const text = await readFile(file, 'utf8');
    await writeSettings(folder.at('other'), text.replace('"fgsm"', '"ifgsm"'));
    const { code, stderr } = await perturb('merge', ...places(), '--workspace', folder.at('other'));
    assert.equal(code, 2);
    assert.match(stderr, /the settings of "signs › FGSM" have changed/);
  });
});

describe('the number of a shard', () => {
  it('is told by schedulers', () => {
    const cases: [Record<string, string>, [number, number]][] = [
      [{ SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_MIN: '5', SLURM_ARRAY_TASK_COUNT: '4' }, [3, 4]],
      [{ JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '16' }, [1, 16]],
      [{ CI_NODE_INDEX: '4', CI_NODE_TOTAL: '4' }, [4, 4]],
      [{ AWS_BATCH_JOB_ARRAY_INDEX: '2', AWS_BATCH_JOB_ARRAY_SIZE: '3' }, [3, 3]],
      [{ BATCH_TASK_INDEX: '0', BATCH_TASK_COUNT: '2' }, [1, 2]],
    ];
    for (const [environment, [number, of]] of cases) {
      assert.deepEqual(shardOf('auto', environment), { number, of, isScheduled: true });
    }
    assert.deepEqual(shardOf('3/16', {}), { number: 3, of: 16, isScheduled: false });
  });

  it('says what is wrong, or missing', () => {
    for (const wrong of ['0/4', '5/4', '3', 'x/4', '1/0'])
      assert.throws(() => shardOf(wrong, {}), /is not a shard: write/);
    assert.throws(() => shardOf('auto', {}), /found no scheduler: none of SLURM_ARRAY_TASK_ID \(Slurm\)/);
    assert.throws(
      () => shardOf('auto', { AWS_BATCH_JOB_ARRAY_INDEX: '2' }),
      /AWS Batch sets AWS_BATCH_JOB_ARRAY_INDEX=2, but AWS_BATCH_JOB_ARRAY_SIZE is not set/,
    );
    assert.throws(() => shardOf('auto', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: 'two' }), /CI_NODE_TOTAL is "two"/);
  });
});

describe('perturb submit', () => {
  const folder = suiteFolder();
  builtProgram();

  it('writes scripts that a shell can read, whatever the paths', async () => {
    const odd = folder.at("it's a $HOME");
    await mkdir(odd);
    const command = [process.execPath, '-p', 'JSON.stringify(process.argv.slice(1))', '--'];
    const scripts = slurmScripts({ workspace: odd, folder: odd, shards: 4, command, durations: `${odd}/durations` });
    const file = folder.at('array.sh');
    await writeFile(file, scripts.array);
    const env = { ...process.env, SLURM_ARRAY_TASK_ID: '3' };
    const { stdout } = await promisify(execFile)('bash', [file], { env });
    assert.deepEqual(JSON.parse(stdout), [
      ...['run', odd, '--shard', 'auto', '--output', `${odd}/shards/3`, '--durations', `${odd}/durations`],
    ]);
    assert.match(scripts.array, /^#SBATCH --array=1-4$/m);
  });

  it('prints an Indexed Job for Kubernetes, and the Job that merges', async () => {
    const workspace = folder.at('work: #1');
    await writeWorkspace(workspace, { tests, images: [] });
    const place = ['--on', 'kubernetes', '--image', 'registry/perturb:1', '--claim', 'data'];
    const { code, stdout: text, stderr } = await perturb('submit', workspace, '--shards', '16', ...place);
    assert.equal(code, 0, stderr);
    const [array, merge, ...others] = parseAllDocuments(text).map((document) => document.toJS());
    assert.deepEqual(others, []);
    const { completions, completionMode, backoffLimitPerIndex, template } = array.spec;
    assert.deepEqual([array.kind, completions, completionMode, backoffLimitPerIndex], ['Job', 16, 'Indexed', 3]);
    const [container] = template.spec.containers;
    const environment = Object.fromEntries(
      container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
    );
    assert.deepEqual(shardOf('auto', { ...environment, JOB_COMPLETION_INDEX: '15' }), {
      number: 16,
      of: 16,
      isScheduled: true,
    });
    assert.equal(environment.WORKSPACE, workspace);
    assert.equal(merge.kind, 'Job');
    assert.equal(merge.spec.template.spec.volumes[0].persistentVolumeClaim.claimName, 'data');
  });
});

describe('the files for build servers', () => {
  const commandsIn = async (name: string): Promise<string[]> => {
    const file = path.join(import.meta.dirname, '..', '..', '..', 'media', 'ci', name);
    const text = JSON.stringify(parse(await readFile(file, 'utf8')));
    return [...text.matchAll(/npx --yes --ignore-scripts perturb ([^"]+)"/g)].map(([, command = '']) => command);
  };

  for (const name of ['github.yml', 'gitlab.yml']) {
    it(`name commands and options that there are: ${name}`, async () => {
      const commands = await commandsIn(name);
      assert.deepEqual(
        commands.map((command) => command.split(' ')[0]),
        ['run', 'merge'],
      );
      for (const command of commands) {
        const [verb = '', ...rest] = command.split(' ');
        const { stdout } = await perturb(verb, '--help');
        for (const option of rest.filter((word) => word.startsWith('--'))) {
          assert.ok(stdout.includes(option), `${verb} ${option}`);
        }
      }
    });
  }
});
