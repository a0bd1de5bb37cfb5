import path from 'node:path';
import { parentPort } from 'node:worker_threads';
import { computingOf } from './computing.ts';
import { serve } from './serve.ts';

// The entry point of the engine, in a separate process or in a worker thread. It ends with its parent.
const computing = computingOf(process.env);
// Built beside this file.
const thread = path.join(import.meta.dirname, 'onnxThread.js');
const defaults = { ...computing, models: { ...computing.models, thread } };
if (parentPort) {
  const port = parentPort;
  serve({ post: (message) => port.postMessage(message), on: (listener) => port.on('message', listener) }, defaults);
} else {
  serve({ post: (message) => process.send?.(message), on: (listener) => process.on('message', listener) }, defaults);
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches every process in a terminal; the parent decides what happens to the test.
  process.on('SIGINT', () => {});
}
