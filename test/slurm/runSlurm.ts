// `npm run test:slurm`: hands the demo to a real Slurm in eight shards, takes the power from one of its two nodes in the
// middle, and compares what the merge comes to with a single run. Writes results.md. Slurm is installed from Debian's
// packages; where that cannot be, says so.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { finishedResults } from '../soak/kills/runOutputs.ts';
import { waitFor } from '../soak/processes.ts';
import { demoFolder } from '../support/demoWorkspace.ts';
import { cliFile } from '../support/program.ts';
import { readReport, withoutTimes } from '../support/readRun.ts';
import { Cluster, installSlurm, type Job } from './cluster.ts';

const shards = 8;
/** Milliseconds after which something hangs. */
const longest = 15 * 60_000;

const reason = await installSlurm();
if (reason === undefined) await test();
else
  console.log(`Left out: test/slurm, a run on a real Slurm. It cannot be installed from Debian's packages: ${reason}`);

async function test(): Promise<void> {
  const workspace = await mkdtemp(path.join(tmpdir(), 'perturb-demo-'));
  const cluster = await Cluster.start();
  try {
    await cp(demoFolder, workspace, { recursive: true, filter: (file) => path.basename(file) !== '.perturb' });
    const alone = await perturb(cluster, 'run', workspace);
    assert.equal(alone.code, 1, alone.stderr);
    const [, single = ''] = /^Results: (.+)$/m.exec(alone.stdout) ?? [];
    const submitted = await perturb(cluster, 'submit', workspace, '--on', 'slurm', '--shards', `${shards}`);
    assert.equal(submitted.code, 0, submitted.stderr);
    const [, array = '', merge = ''] = /as job (\d+), and the merge as job (\d+)/.exec(submitted.stdout) ?? [];
    const [, folder = ''] = /Results: (.+)\/run; logs: /.exec(submitted.stdout) ?? [];

    const killed = await until('a task on n1 is in the middle', async () => {
      const running = (await cluster.jobs()).find(({ state, node }) => state === 'RUNNING' && node === 'n1');
      if (running?.task === undefined) return undefined;
      return (await finishedIn(path.join(folder, 'shards', `${running.task}`))) >= 3 ? running : undefined;
    });
    await cluster.kill('n1');
    const place = path.join(folder, 'shards', `${killed.task}`);
    const lost = await finishedResults(place);
    const finished = await finishedIn(place);
    const share = JSON.parse(await readFile(path.join(place, 'shard.json'), 'utf8'));
    assert.ok(
      share.tests.some(({ state }: { state: string }) => state === 'open'),
      'the task was over before its node was killed',
    );

    const ofMerge = await until('the merge ends', async () => {
      const jobs = await cluster.jobs();
      return jobs.find(({ id, state }) => id === merge && !['PENDING', 'RUNNING', 'COMPLETING'].includes(state));
    });
    const tasks = (await cluster.jobs()).filter(({ id, task }) => id === array && task !== undefined);
    const task = tasks.find((one) => one.task === killed.task) as Job;
    const log = await readFile(path.join(folder, 'logs', `${killed.task}.log`), 'utf8');
    const mergeLog = await readFile(path.join(folder, 'logs', 'merge.log'), 'utf8');
    assert.deepEqual(
      tasks.map(({ state, code }) => [state, code]),
      tasks.map(() => ['COMPLETED', 0]),
      JSON.stringify(tasks),
    );
    assert.equal(tasks.length, shards);
    assert.equal(task.restarts, 1, 'the task was not requeued');
    assert.match(log, / goes on: \d+ images? (is|are) finished\./);
    assert.deepEqual(await lost(), []);
    // As the single run does, since tests fail.
    assert.equal(ofMerge.code, 1, mergeLog);
    const [one, merged] = await Promise.all([single, path.join(folder, 'run')].map(readReport));
    assert.ok(one && merged);
    assert.equal(withoutTimes(merged), withoutTimes(one));
    const [, ...parts] = (await cluster.version()).split(' ');
    const page = [
      '# Runs on Slurm',
      'Written by `npm run test:slurm`, with the demo: the tests of two models on 72 images.',
      `- Slurm ${parts.join(' ')} of Debian, a controller and two nodes of one processor on one machine.`,
      `- \`perturb submit . --on slurm --shards ${shards}\`: ${shards} tasks, and a merge that depends on them.`,
      `- The power was taken from node n1 while it ran shard ${killed.task}, which had finished ${finished} images. Slurm requeued the task; it went on on n2, and attacked none of the ${finished} again. The node stayed away.`,
      `- All tasks were completed (${tasks.reduce((sum, { restarts }) => sum + restarts, 0)} restart), and the merge ended as the single run did, with ${ofMerge.code}, since tests of the demo fail.`,
      '- The merged report equals that of the single run, but for times.',
    ];
    await writeFile(
      path.join(import.meta.dirname, 'results.md'),
      `${page.slice(0, 2).join('\n\n')}\n\n${page.slice(2).join('\n')}\n`,
    );
    console.log(page.slice(2).join('\n'));
  } finally {
    await cluster.dispose();
    await rm(workspace, { recursive: true, force: true });
  }
}

/** How many images a shard has finished. */
async function finishedIn(shard: string): Promise<number> {
  const names = await readdir(path.join(shard, 'finished')).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(path.join(shard, 'finished', name), 'utf8')));
  return texts.reduce((sum, text) => sum + text.split('\n').length - 1, 0);
}

async function perturb(cluster: Cluster, ...args: readonly string[]) {
  const options = { env: cluster.environment };
  return promisify(execFile)(process.execPath, [cliFile, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

async function until<T>(what: string, find: () => Promise<T | undefined>): Promise<T> {
  const found = await waitFor(find, longest);
  if (found === undefined) throw new Error(`It never comes to this: ${what}.`);
  return found;
}
