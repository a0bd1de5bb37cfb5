import { createBirpc } from 'birpc';
import { trainDetector } from '../defenses/detectors/trainDetector.ts';
import { checkPreprocessing } from '../evaluation/checkPreprocessing.ts';
import { estimate } from '../jobs/estimate.ts';
import { ModelCache } from '../jobs/modelCache.ts';
import { runTest } from '../jobs/runTest.ts';
import { describeRuntime } from '../models/onnx/session/runtime.ts';
import type { ModelSource } from '../models/source.ts';
import { startTensorFlow } from '../models/tfjs/backend.ts';
import { describeError } from '../userError.ts';
import type { ClientFunctions, EngineFunctions, Port } from './protocol.ts';

/** Only the message of an error gets to the other side. */
async function described<T>(work: Promise<T>): Promise<T> {
  return work.catch((error) => {
    throw new Error(describeError(error));
  });
}

/** The compute side: answers the calls that arrive at a port, one test at a time, keeping models between them. */
export function serve(port: Port): void {
  const models = new ModelCache();
  let running: AbortController | undefined;
  /** Does what can be cancelled, one thing at a time. */
  async function alone<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (running) throw new Error('the compute side runs one test at a time');
    running = new AbortController();
    try {
      return await work(running.signal);
    } finally {
      running = undefined;
    }
  }
  const functions: EngineFunctions = {
    async describe() {
      return {
        onnx: await describeRuntime(),
        tensorflow: await startTensorFlow(),
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
      };
    },
    async runTest(plan, folder, location) {
      const progress = client.progress.asEvent;
      return alone((signal) => runTest(plan, { models, folder, location, signal, progress }));
    },
    async estimate(plan) {
      return alone((signal) => estimate(plan, models, signal));
    },
    async checkPreprocessing(request) {
      const open = async (source: ModelSource) => (await models.open(source)).classifier;
      const onProgress = client.checkProgress.asEvent;
      return alone((signal) => described(checkPreprocessing(request, { open, signal, onProgress })));
    },
    async trainDetector(plan) {
      const onProgress = client.trainingProgress.asEvent;
      return alone(async (signal) =>
        described(trainDetector(plan, await models.open(plan.model), { signal, onProgress })),
      );
    },
    async trainDefense(plan) {
      const { trainDefense } = await import('../defenses/training/trainDefense.ts');
      const onProgress = client.trainingProgress.asEvent;
      return alone((signal) => described(trainDefense(plan, { signal, onProgress })));
    },
    cancel() {
      // An error of its own: not every Node.js sends a DOMException from one process to another.
      running?.abort(new Error('cancelled'));
    },
  };
  const client = createBirpc<ClientFunctions, EngineFunctions>(functions, port);
}
