import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openModel } from '../../src/models/open.ts';
import { rowText } from '../../src/models/remote/tensor.ts';
import { configureAttack, definitionOf } from '../../src/runner/configuredAttack.ts';
import { outcomesOf } from '../../src/runner/runAttack.ts';
import { victimOf } from '../../src/runner/victim.ts';
import { digits } from '../crosscheck/digits.ts';
import { installMlServer, startMlServer } from '../support/remote/mlserver.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';

const batchSize = 64;
const concurrency = 2;
const turns = 5;
const requests = 100;
const queries = 100;

/**
 * Queries a second of Square over HTTP on loopback, answers kept on disk, beside the limit of MLServer itself: the same
 * requests, prepared beforehand, as many at a time, their answers thrown away.
 */
export async function benchRemote(): Promise<Measurement[]> {
  const reason = await installMlServer();
  if (reason !== undefined) {
    console.log(`Left out: models on a server. MLServer cannot be installed from PyPI: ${reason}`);
    return [];
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'perturb-bench-'));
  const server = await startMlServer(path.join(folder, 'server'));
  try {
    const limits: number[] = [];
    const ours: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      limits.push(await limitOf(server.url));
      ours.push(await speedOf(server.url, path.join(folder, `${turn}.bin`)));
    }
    const ratios = ours.map((speed, turn) => speed / (limits[turn] as number));
    return [
      { name: 'MLServer: images a second, prepared requests', value: median(limits), unit: '1/s' },
      { name: 'Square on MLServer: queries a second', value: median(ours), unit: '1/s' },
      { name: 'Square on MLServer, of its limit', value: median(ratios), unit: '×', atLeast: 0.7 },
    ];
  } finally {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function limitOf(url: string): Promise<number> {
  const images = digits(false).slice(0, batchSize);
  const data = images.map(({ image }) => rowText(image)).join(',');
  const shape = JSON.stringify([batchSize, 1, 8, 8]);
  const body = `{"inputs":[{"name":"image","datatype":"FP32","shape":${shape},"data":[${data}]}]}`;
  const headers = { 'content-type': 'application/json', 'accept-encoding': 'identity' };
  const waiting = Array.from({ length: requests }).values();
  const work = async () => {
    for (const _ of waiting) await (await fetch(`${url}/infer`, { method: 'POST', headers, body })).arrayBuffer();
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, work));
  return (requests * batchSize) / ((performance.now() - start) / 1000);
}

async function speedOf(url: string, file: string): Promise<number> {
  const { remote } = await openModel({ name: 'digits', path: url, endpoint: { url, batchSize, concurrency } });
  const kept = await remote?.keepAnswers(file);
  if (kept === undefined) throw new Error('it keeps no answers');
  try {
    const choice = { norm: 'linf', epsilon: 0.05, parameters: { queries }, preset: 'quick', quantize: true } as const;
    const attack = configureAttack(definitionOf('square'), choice);
    const start = performance.now();
    const victim = victimOf(kept.classifier);
    const outcomes = await outcomesOf({ victim, attack, stopAtSuccess: false }, digits(false).slice(0, 200));
    const points = outcomes.reduce((sum, outcome) => sum + outcome.queries.points, 0);
    return points / ((performance.now() - start) / 1000);
  } finally {
    await kept.close();
  }
}
