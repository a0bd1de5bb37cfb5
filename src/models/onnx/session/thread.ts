import { parentPort } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { startRuntime } from './runtime.ts';
import type { RuntimeTensor, Session } from './session.ts';
import type { ThreadFunctions } from './threadProtocol.ts';

// The entry point of the thread that ONNX Runtime computes in: it does not give way while it computes.
const sessions = new Map<number, Session>();
let opened = 0;

const functions: ThreadFunctions = {
  async start(provider, threads) {
    const { open: _, memory: __, ...description } = await startRuntime({ provider, threads });
    return description;
  },
  async open(provider, threads, model, options) {
    const runtime = await startRuntime({ provider, threads });
    const session = await runtime.open(model, options);
    const id = opened++;
    sessions.set(id, session);
    return { id, sizes: session.sizes };
  },
  run: async (id, inputs, outputs) => plain(await sessionOf(id).run(inputs, outputs)),
  async close(id) {
    const session = sessionOf(id);
    sessions.delete(id);
    await session.close();
  },
};

createBirpc<object, ThreadFunctions>(functions, {
  post: (message) => parentPort?.postMessage(message, memoryOf(message.r)),
  on: (listener) => parentPort?.on('message', listener),
});

function sessionOf(id: number): Session {
  const session = sessions.get(id);
  if (session === undefined) throw new Error(`session ${id} is closed`);
  return session;
}

/** The memory of the tensors of a result: it is handed over instead of being copied. */
function memoryOf(result: unknown): ArrayBuffer[] {
  const tensors: Partial<RuntimeTensor>[] = typeof result === 'object' && result !== null ? Object.values(result) : [];
  const arrays = tensors.map((tensor) => tensor?.data).filter((data) => ArrayBuffer.isView(data));
  // What is a part of something larger is not this result's alone.
  return arrays.flatMap(({ buffer, byteLength }) => (buffer.byteLength === byteLength ? [buffer as ArrayBuffer] : []));
}

/** Tensors without what ONNX Runtime adds to them, which cannot be sent. */
function plain(tensors: Awaited<ReturnType<Session['run']>>): Awaited<ReturnType<Session['run']>> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, dims, data }]) => [name, { type, dims, data }]),
  );
}
