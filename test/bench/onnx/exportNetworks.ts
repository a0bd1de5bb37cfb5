import { spawnSync } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../verify/python.ts';
import { networkNames } from './network.ts';

/** Where the networks are, and the Python that exports them. */
export const folder = path.join(root, '.cache', 'bench-onnx');
export const python = path.join(root, '.cache', 'torch', 'bin', 'python');

/** Exports the networks of networks.py, again where the script is newer: it takes a minute. */
export async function exportNetworks(): Promise<void> {
  const script = path.join(import.meta.dirname, 'networks.py');
  const last = await stat(path.join(folder, `${networkNames.at(-1)}.json`)).catch(() => undefined);
  if (last !== undefined && last.mtimeMs > (await stat(script)).mtimeMs) return;
  await mkdir(folder, { recursive: true });
  const { status } = spawnSync(python, ['-B', script, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${script} failed`);
}
