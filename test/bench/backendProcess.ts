// One side of `compareBackends.ts`: makes networks ready and times their work, as its parent says, on its own backend.
import '../support/computing.ts';
import { startTensorFlow } from '../../src/models/tfjs/backend.ts';
import type { Request } from './side.ts';
import { prepare, type Workload } from './workloads.ts';

let ready: ((batch: number, task: string) => Workload) | undefined;
let workloads = new Map<string, Workload>();

async function answer(request: Request): Promise<number> {
  if (request.kind === 'prepare') {
    ready = await prepare(request.folder);
    workloads = new Map();
    return 0;
  }
  const { batch, task } = request;
  const key = `${task} ${batch}`;
  const work = workloads.get(key) ?? ready?.(batch, task);
  if (work === undefined) throw new Error('no network is ready');
  workloads.set(key, work);
  const start = performance.now();
  await work();
  return performance.now() - start;
}

process.on('message', (request: Request) => {
  answer(request).then(
    (milliseconds) => process.send?.({ milliseconds }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit());
const backend = await startTensorFlow().catch((error: Error) => ({ name: undefined, error: error.message }));
process.send?.(backend);
