import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { InvalidArgumentError } from 'commander';
import { writeError } from '../data/fileErrors.ts';
import { lastRun } from '../reports/lastRun.ts';
import { makeIgnoredFolder, reportFile } from '../reports/runFolder.ts';
import { workspaceFolderOf } from '../settings/workspaceFolder.ts';
import { UserError } from '../userError.ts';
import { chooseTests } from './runWorkspace.ts';
import { slurmScripts } from './submit/slurm.ts';

/** What `perturb submit` takes. */
export interface Submission {
  readonly on: 'slurm' | 'kubernetes';
  readonly shards: number;
  /** Image of the containers. */
  readonly image?: string;
  /** Claim of the volume that has the workspace. */
  readonly claim?: string;
}

/** A number of shards. @throws InvalidArgumentError */
export function countOfShards(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Enter a whole number from 1 to 9999.');
  return Number(text);
}

/**
 * Hands a run to a cluster, in shards, with a merge that depends on them: submits it to Slurm, or prints the jobs for
 * Kubernetes.
 * @throws UserError when the settings have no tests, a file cannot be written, or Slurm does not take the job.
 */
export async function submit(given: string, { on, shards, image, claim }: Submission): Promise<void> {
  const workspace = path.resolve(given);
  // Mistakes that would fail every shard are told before any is started.
  await chooseTests(workspace, {});
  if (on === 'kubernetes') {
    if (image === undefined || claim === undefined) {
      throw new UserError(
        'Kubernetes needs --image, a container image with Perturb, and --claim, the claim of the volume that has the workspace.',
      );
    }
    // Writing YAML takes a library that little else needs.
    const { kubernetesJobs } = await import('./submit/kubernetes.ts');
    process.stdout.write(kubernetesJobs({ workspace, shards, image, claim }));
    return;
  }
  const home = workspaceFolderOf(workspace);
  const name = new Date().toISOString().replaceAll(':', '-');
  const folder = await makeIgnoredFolder(home, 'submitted', name);
  const durations = await keepDurations(home, folder);
  const command = [process.execPath, process.argv[1] ?? 'perturb'];
  const scripts = slurmScripts({ workspace, folder, shards, command, durations });
  const files = { array: path.join(folder, 'array.sh'), merge: path.join(folder, 'merge.sh') };
  await mkdir(path.join(folder, 'logs'), { recursive: true });
  for (const key of ['array', 'merge'] as const) {
    await writeFile(files[key], scripts[key]).catch((error) => {
      throw writeError(files[key], error);
    });
  }
  const array = await sbatch(files.array);
  const merge = await sbatch(`--dependency=afterany:${array}`, files.merge);
  console.log(
    `Submitted ${shards} shards as job ${array}, and the merge as job ${merge}. Results: ${path.join(folder, 'run')}; logs: ${path.join(folder, 'logs')}.`,
  );
}

/** All shards have to split the work by the same run, whatever runs end meanwhile. */
async function keepDurations(home: string, folder: string): Promise<string | undefined> {
  const run = await lastRun(home);
  if (run === undefined) return undefined;
  const kept = path.join(folder, 'durations');
  await mkdir(kept);
  await copyFile(path.join(run.folder, reportFile), path.join(kept, reportFile));
  return kept;
}

/** @returns the number of the job. */
async function sbatch(...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('sbatch', ['--parsable', ...args]);
    return stdout.trim().split(';')[0] ?? '';
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') {
      throw new UserError('There is no sbatch on this machine. Run the command where jobs are submitted to Slurm.');
    }
    throw new UserError(`Slurm did not take the job: ${stderr.trim()}`);
  }
}
