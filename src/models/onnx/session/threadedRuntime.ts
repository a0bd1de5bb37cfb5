import { Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { incompleteInstallation } from '../../../incompleteInstallation.ts';
import { firstLineOf, UserError } from '../../../userError.ts';
import type { Runtime } from './session.ts';
import type { ThreadFunctions } from './threadProtocol.ts';

type Thread = ReturnType<typeof startThread>;

/** The thread of each entry point. */
const started = new Map<string, Thread>();

/**
 * ONNX Runtime in a thread of its own: while it computes, this one is free to prepare what it is asked next.
 * @param entry the built entry point of the thread, `thread.ts`.
 * @param here ONNX Runtime on the processor in this thread, for what is quick.
 */
export async function threadedRuntime(
  entry: string,
  provider: string,
  threads: number,
  memory: number,
  here: () => Runtime,
): Promise<Runtime> {
  const thread = started.get(entry) ?? startThread(entry);
  started.set(entry, thread);
  const description = await thread.ask(({ start }) => start(provider, threads));
  return {
    ...description,
    memory,
    isThreaded: true,
    async open(model, options = {}) {
      if (options.isQuick && description.provider === 'cpu') return here().open(model, options);
      const { id, sizes } = await thread.ask(({ open }) => open(provider, threads, model, options));
      return {
        sizes,
        run: (inputs, outputs) => thread.ask(({ run }) => run(id, inputs, outputs)),
        close: () => thread.ask(({ close }) => close(id)),
      };
    },
  };
}

/** What to say of a thread that ended, or could not be started. */
function threadEnd(error: Error): UserError {
  const { message, code = '' } = error as NodeJS.ErrnoException;
  const words = incompleteInstallation(`${message}\n${code}`);
  return new UserError(
    words ?? `The thread in which ONNX Runtime computes has ended: ${firstLineOf(error)}. Try again.`,
  );
}

function startThread(entry: string) {
  const worker = new Worker(entry);
  const functions = createBirpc<ThreadFunctions>(
    {},
    {
      post: (message) => worker.postMessage(message),
      on: (listener) => worker.on('message', listener),
      // Whoever opens a model sees to time limits.
      timeout: -1,
    },
  );
  worker.once('error', (error) => {
    started.delete(entry);
    functions.$close(threadEnd(error));
  });
  // The process may end while the thread is there, but not while an answer is awaited.
  worker.unref();
  let awaited = 0;
  return {
    async ask<T>(question: (thread: typeof functions) => Promise<T>): Promise<T> {
      if (awaited++ === 0) worker.ref();
      try {
        return await question(functions);
      } finally {
        if (--awaited === 0) worker.unref();
      }
    },
  };
}
