import { UserError } from '../userError.ts';

/** How far an installation has got. */
interface InstallProgress {
  readonly message: string;
  /** How much of the whole is done, from 0 to 1. */
  readonly fraction: number;
}

/**
 * Installs something with its progress on standard error, until Ctrl-C.
 * @throws what the installation throws.
 */
export async function withInstallProgress<T>(
  install: (means: { onProgress(progress: InstallProgress): void; readonly signal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(new UserError('Interrupted: nothing was installed.'));
  process.once('SIGINT', stop);
  let last = '';
  const onProgress = ({ message, fraction }: InstallProgress) => {
    // Percentages of one stage are one message; on a terminal they update in place.
    const [head = ''] = message.split(',');
    if (fraction === 1) return;
    if (process.stderr.isTTY) process.stderr.write(`${head === last ? '\r' : last && '\n'}${message}\x1b[K`);
    else if (head !== last) console.error(head);
    last = head;
  };
  try {
    return await install({ onProgress, signal: controller.signal });
  } finally {
    if (last && process.stderr.isTTY) process.stderr.write('\n');
    process.off('SIGINT', stop);
  }
}
