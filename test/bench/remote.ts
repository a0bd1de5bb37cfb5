import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Batch } from '../../src/models/classifier.ts';
import { openModel } from '../../src/models/open.ts';
import { exchange } from '../../src/models/remote/exchange.ts';
import { rowText } from '../../src/models/remote/tensor.ts';
import { configureAttack, definitionOf } from '../../src/runner/configuredAttack.ts';
import { outcomesOf } from '../../src/runner/runAttack.ts';
import { askedBy, victimOf } from '../../src/runner/victim.ts';
import { digits } from '../crosscheck/digits.ts';
import { installMlServer, startMlServer } from '../support/remote/mlserver.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';

const batchSize = 64;
const concurrency = 2;
const turns = 7;
const queries = 100;

/**
 * Queries a second of Square over HTTP on loopback, answers kept on disk, beside the limit of MLServer itself: the requests
 * of the same attack, prepared beforehand, over as many connections, their answers thrown away. Both take turns.
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
    const batches: Batch[] = [];
    await speedOf(server.url, path.join(folder, 'first.bin'), (batch) => batches.push(batch));
    for (let turn = 0; turn < turns; turn++) {
      limits.push(await limitOf(server.url, batches));
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

async function limitOf(url: string, batches: readonly Batch[]): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const requests = batches.map((images) => {
    const shape = JSON.stringify([images.length, 1, 8, 8]);
    const data = images.map((image) => rowText(image)).join(',');
    const body = `{"inputs":[{"name":"image","datatype":"FP32","shape":${shape},"data":[${data}]}]}`;
    return { url: `${url}/infer`, headers, body };
  });
  const waiting = requests.values();
  const work = async () => {
    for (const request of waiting) await exchange(request, 60);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, work));
  return batches.reduce((sum, { length }) => sum + length, 0) / ((performance.now() - start) / 1000);
}

/** @param onBatch is told what is asked. */
async function speedOf(url: string, file: string, onBatch: (batch: Batch) => void = () => {}): Promise<number> {
  const { remote } = await openModel({ name: 'digits', path: url, endpoint: { url, batchSize, concurrency } });
  const kept = await remote?.keepAnswers(file);
  if (kept === undefined) throw new Error('it keeps no answers');
  try {
    const choice = { norm: 'linf', epsilon: 0.05, parameters: { queries }, preset: 'quick', quantize: true } as const;
    const attack = configureAttack(definitionOf('square'), choice);
    const start = performance.now();
    const direct = victimOf(kept.classifier);
    const victim = askedBy(direct, {
      judge: direct.judge,
      answer: (asks) => {
        onBatch(asks.map(({ point }) => point.slice()));
        return direct.answer(asks);
      },
    });
    const outcomes = await outcomesOf({ victim, attack, stopAtSuccess: false }, digits(false).slice(0, 200));
    const points = outcomes.reduce((sum, outcome) => sum + outcome.queries.points, 0);
    return points / ((performance.now() - start) / 1000);
  } finally {
    await kept.close();
  }
}
