import {
  type InstallOptions,
  type InstallProgress,
  installTensorFlow as install,
} from '../models/tfjs/native/install.ts';
import { UserError } from '../userError.ts';

/** Installs native TensorFlow and reports progress on standard error. */
export async function installTensorFlow({ from, into }: Pick<InstallOptions, 'from' | 'into'>): Promise<void> {
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
    const { folder, tensorflow, present } = await install({ from, into, onProgress, signal: controller.signal });
    if (last && process.stderr.isTTY) process.stderr.write('\n');
    console.log(`TensorFlow ${tensorflow} ${present ? 'was already installed' : 'was installed'} in ${folder}`);
    if (into !== undefined) console.log(`To make Perturb use it, set PERTURB_TENSORFLOW=${folder}`);
  } catch (error) {
    if (last && process.stderr.isTTY) process.stderr.write('\n');
    throw error;
  } finally {
    process.off('SIGINT', stop);
  }
}
