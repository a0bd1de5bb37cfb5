import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Table from 'cli-table3';
import { startKeras } from './keras/startKeras.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';
import { saveNetwork } from './saveNetwork.ts';
import type { Answer, Request, Side } from './side.ts';
import { cases, networks } from './workloads.ts';

/** What an input gradient may cost beside a forward pass; half of that is what it cannot be without. */
const bar = 3;
const seconds = 2;
const turns = { fewest: 5, most: 60 };

/** How long each task took, turn by turn, by backend, network, batch and task. */
type Samples = ReadonlyMap<string, readonly number[]>;

/**
 * Times the networks on each backend that serves here: each in a process of its own, all tasks in turn, so that whatever else
 * the machine does slows all alike. Prints them side by side.
 */
export async function compareBackends(): Promise<Measurement[]> {
  const sides = [await start('wasm'), await start('native'), await startKeras()].filter((side) => side !== undefined);
  const samples = new Map<string, number[]>();
  for (const [network, create] of Object.entries(networks)) {
    const folder = await mkdtemp(path.join(tmpdir(), 'perturb-bench-'));
    try {
      await saveNetwork(create, folder);
      for (const side of sides) await side.ask({ kind: 'prepare', folder });
    } finally {
      await rm(folder, { recursive: true });
    }
    for (const size of new Set(cases.filter((entry) => entry.network === network).map(({ batch }) => batch))) {
      const tasks = cases.filter((entry) => entry.network === network && entry.batch === size);
      const end = performance.now() + 1000 * seconds * sides.length * tasks.length;
      // The first turn prepares what later ones reuse.
      for (let turn = -1; turn < turns.most && (turn < turns.fewest || performance.now() < end); turn++) {
        for (const { batch, task } of tasks) {
          for (const side of sides) {
            const milliseconds = await side.ask({ kind: 'time', batch, task });
            const key = `${side.kind} ${network} ${batch} ${task}`;
            if (turn >= 0) samples.set(key, [...(samples.get(key) ?? []), milliseconds]);
          }
        }
      }
    }
  }
  for (const side of sides) side.stop();
  printTable(sides, samples);
  return measurements(sides, samples);
}

async function start(kind: 'wasm' | 'native'): Promise<Side | undefined> {
  const child = fork(path.join(import.meta.dirname, 'backendProcess.ts'), {
    env: { ...process.env, PERTURB_BACKEND: kind },
    execArgv: ['--import', 'tsx'],
  });
  const [answer] = (await once(child, 'message')) as [{ name?: string; error?: string }];
  if (answer.name !== undefined) {
    return { kind, name: answer.name, ask: (request) => ask(child, request), stop: () => child.disconnect() };
  }
  child.disconnect();
  console.log(`Left out: everything on the ${kind} backend. ${answer.error}`);
  return undefined;
}

/** Has a process do something; returns how long it took. */
async function ask(child: ChildProcess, request: Request): Promise<number> {
  const over = new AbortController();
  const { signal } = over;
  try {
    const ended = once(child, 'exit', { signal }).then(([code, by]) => {
      throw new Error(`a bench process ended (${by ?? `exit code ${code}`})`);
    });
    const answered = once(child, 'message', { signal });
    child.send(request);
    const [answer] = (await Promise.race([answered, ended])) as [Answer];
    ended.catch(() => {});
    if ('error' in answer) throw new Error(answer.error);
    return answer.milliseconds;
  } finally {
    over.abort();
  }
}

function printTable(sides: readonly Side[], samples: Samples): void {
  // How many times as fast each is as the one before.
  const gains = sides.slice(1).map(({ kind }, i) => `${sides[i]?.kind} / ${kind}`);
  const table = new Table({
    head: ['median, ms', ...sides.map(({ name }) => name), ...gains],
    style: { head: [], border: [] },
  });
  for (const { network, batch, task } of cases) {
    const values = sides.map(({ kind }) => median(samples.get(`${kind} ${network} ${batch} ${task}`) ?? []));
    const ratios = values.slice(1).map((value, i) => ((values[i] as number) / value).toFixed(2));
    table.push([`${network}, batch ${batch}, ${task}`, ...values.map((value) => value.toPrecision(3)), ...ratios]);
  }
  console.log(table.toString());
}

/** Every figure for the record, and what a gradient costs beside a forward pass against its bar. */
function measurements(sides: readonly Side[], samples: Samples): Measurement[] {
  return sides.flatMap(({ kind }) =>
    cases.flatMap(({ network, batch, task }): Measurement[] => {
      const name = `${network}, batch ${batch}, ${task}, ${kind}`;
      const value = median(samples.get(`${kind} ${network} ${batch} ${task}`) ?? []);
      const own: Measurement = { name, value, unit: 'ms' };
      if (task !== 'gradient') return [own];
      const forward = samples.get(`${kind} ${network} ${batch} forward`) ?? [];
      const gradient = samples.get(`${kind} ${network} ${batch} gradient`) ?? [];
      const ratio = median(gradient.map((time, turn) => time / (forward[turn] as number)));
      return [own, { name: `${name} / forward`, value: ratio, unit: '×', ...(kind === 'wasm' ? { atMost: bar } : {}) }];
    }),
  );
}
