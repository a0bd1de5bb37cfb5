import { createBirpc } from 'birpc';
import { startTensorFlow } from '../models/tfjs/backend.ts';
import { ModelCache } from './modelCache.ts';
import type { ClientFunctions, EngineFunctions, Port } from './protocol.ts';
import { runTest } from './runTest.ts';

/** The compute side: answers the calls that arrive at a port, one test at a time, keeping models between them. */
export function serve(port: Port): void {
  const models = new ModelCache();
  let running: AbortController | undefined;
  const functions: EngineFunctions = {
    async describe() {
      return {
        tensorflow: await startTensorFlow(),
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
      };
    },
    async runTest(plan, folder, location) {
      if (running) throw new Error('the compute side runs one test at a time');
      running = new AbortController();
      const { signal } = running;
      try {
        return await runTest(plan, { models, folder, location, signal, progress: client.progress.asEvent });
      } finally {
        running = undefined;
      }
    },
    cancel() {
      // An error of its own: not every Node.js sends a DOMException from one process to another.
      running?.abort(new Error('cancelled'));
    },
  };
  const client = createBirpc<ClientFunctions, EngineFunctions>(functions, port);
}
