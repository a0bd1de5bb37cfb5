import { parentPort } from 'node:worker_threads';
import { serve } from './serve.ts';

// The entry point of the compute side, in a process of its own or in a worker thread. It ends with its parent.
if (parentPort) {
  const port = parentPort;
  serve({ post: (message) => port.postMessage(message), on: (listener) => port.on('message', listener) });
} else {
  serve({ post: (message) => process.send?.(message), on: (listener) => process.on('message', listener) });
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches every process at a terminal; what becomes of the test is for the parent to say.
  process.on('SIGINT', () => {});
}
