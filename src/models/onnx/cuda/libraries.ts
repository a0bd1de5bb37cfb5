import { access } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../wheels/run.ts';

/** What NVIDIA's driver brings, and where WSL has it. */
const driver = 'libcuda.so.1';
const folderOfWsl = '/usr/lib/wsl/lib';
/** Loaded by name, so that the provider does not list it. */
const cudnn = 'libcudnn.so.9';

/** Why CUDA cannot be used without a driver, and what to do; undefined where there is one. Asked before a large download. */
export async function driverProblem(): Promise<string | undefined> {
  if (await isFound(driver)) return undefined;
  return `${driver} is missing: there is no NVIDIA driver on this machine. Install one of version 580 or newer, which CUDA 13 needs; in a container, start it with the graphics card (docker run --gpus all).`;
}

/**
 * What the CUDA provider needs and this machine does not have, and what to do; undefined where it has everything.
 * @param provider the path of the provider's library.
 */
export async function libraryProblem(provider: string): Promise<string | undefined> {
  const listed = await run('Listing what the CUDA provider needs', 'ldd', [provider]);
  const missing = [...listed.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => String(name));
  if (missing.includes(driver)) return driverProblem();
  if (!(await isFound(cudnn))) missing.push(cudnn);
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. Install CUDA 13 (its libraries are enough) and cuDNN 9 for CUDA 13. Where they are not in a folder of the system, name their folder in LD_LIBRARY_PATH before starting Perturb or VS Code.`;
}

/** Whether the system finds a library by its name. */
async function isFound(library: string): Promise<boolean> {
  const folders = [...(process.env.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean), folderOfWsl];
  const found = folders.map((folder) => access(path.join(folder, library)));
  if ((await Promise.allSettled(found)).some(({ status }) => status === 'fulfilled')) return true;
  // It may stand in a folder that only administrators have on their path.
  const env = { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
  const known = await run('Listing libraries', 'ldconfig', ['-p'], { env }).catch(() => '');
  return known.split('\n').some((line) => line.trim().startsWith(`${library} `));
}
