import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import Table from 'cli-table3';
import type { Request } from './backendProcess.ts';
import type { Measurement } from './bench.ts';
import { median } from './median.ts';
import { cases } from './workloads.ts';

/** What an input gradient may cost beside a forward pass; half of that is what it cannot be without. */
const bar = 3;
const seconds = 2;
const turns = { fewest: 5, most: 15 };

interface Side {
  readonly kind: 'wasm' | 'native';
  readonly name: string;
  readonly child: ChildProcess;
}

/**
 * Times the networks on each backend that serves here: each in a process of its own, turn by turn, so that whatever else the
 * machine does slows both alike. Prints them side by side.
 */
export async function compareBackends(): Promise<Measurement[]> {
  const sides = [await start('wasm'), await start('native')].filter((side) => side !== undefined);
  const times = new Map<string, number>();
  for (const network of new Set(cases.map(({ network }) => network))) {
    for (const { child } of sides) await ask(child, { kind: 'prepare', network });
    for (const { batch, task } of cases.filter((entry) => entry.network === network)) {
      const samples = new Map(sides.map(({ kind }) => [kind, [] as number[]]));
      let spent = 0;
      for (let turn = -1; turn < turns.most && (turn < turns.fewest || spent < 1000 * seconds * sides.length); turn++) {
        for (const { kind, child } of sides) {
          const milliseconds = await ask(child, { kind: 'time', batch, task });
          // The first turn prepares what later ones reuse.
          if (turn < 0) continue;
          samples.get(kind)?.push(milliseconds);
          spent += milliseconds;
        }
      }
      for (const [kind, values] of samples) times.set(`${kind} ${network} ${batch} ${task}`, median(values));
    }
  }
  for (const { child } of sides) child.disconnect();
  printTable(sides, times);
  return measurements(sides, times);
}

async function start(kind: 'wasm' | 'native'): Promise<Side | undefined> {
  const child = fork(path.join(import.meta.dirname, 'backendProcess.ts'), {
    env: { ...process.env, PERTURB_BACKEND: kind },
    execArgv: ['--import', 'tsx'],
  });
  const [answer] = (await once(child, 'message')) as [{ name?: string; error?: string }];
  if (answer.name !== undefined) return { kind, name: answer.name, child };
  child.disconnect();
  console.log(`Left out: everything on the ${kind} backend. ${answer.error}`);
  return undefined;
}

async function ask(child: ChildProcess, request: Request): Promise<number> {
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`a bench process ended (${signal ?? code})`);
  });
  child.send(request);
  const [{ milliseconds, error }] = (await Promise.race([once(child, 'message'), ended])) as [
    { milliseconds: number; error?: string },
  ];
  if (error !== undefined) throw new Error(error);
  return milliseconds;
}

function printTable(sides: readonly Side[], times: ReadonlyMap<string, number>): void {
  const head = ['median, ms', ...sides.map(({ name }) => name), ...(sides.length > 1 ? ['times as fast'] : [])];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { network, batch, task } of cases) {
    const values = sides.map(({ kind }) => times.get(`${kind} ${network} ${batch} ${task}`) as number);
    const [wasm, native] = values as [number, number?];
    const gain = native === undefined ? [] : [(wasm / native).toFixed(1)];
    table.push([`${network}, batch ${batch}, ${task}`, ...values.map((value) => value.toPrecision(3)), ...gain]);
  }
  console.log(table.toString());
}

/** Every figure for the record, and what a gradient costs beside a forward pass against its bar. */
function measurements(sides: readonly Side[], times: ReadonlyMap<string, number>): Measurement[] {
  return sides.flatMap(({ kind }) =>
    cases.flatMap(({ network, batch, task }): Measurement[] => {
      const name = `${network}, batch ${batch}, ${task}, ${kind}`;
      const value = times.get(`${kind} ${network} ${batch} ${task}`) as number;
      const own: Measurement = { name, value, unit: 'ms' };
      if (task !== 'gradient') return [own];
      const ratio = value / (times.get(`${kind} ${network} ${batch} forward`) as number);
      return [own, { name: `${name} / forward`, value: ratio, unit: '×', ...(kind === 'wasm' ? { atMost: bar } : {}) }];
    }),
  );
}
