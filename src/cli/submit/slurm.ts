import path from 'node:path';

/** What the scripts of a job array need to know. */
export interface SlurmJob {
  readonly workspace: string;
  /** Where everything goes. */
  readonly folder: string;
  readonly shards: number;
  /** What runs Perturb. */
  readonly command: readonly string[];
  /** The run that the work is split by, if there is one. */
  readonly durations?: string | undefined;
}

/**
 * The scripts of a job array and of the merge that depends on it. A task whose node fails is requeued, and goes on where its
 * shard ends. Only the merge fails where a test does.
 */
export function slurmScripts({ workspace, folder, shards, command, durations }: SlurmJob): {
  array: string;
  merge: string;
} {
  const perturb = command.map(quoted).join(' ');
  const split = durations === undefined ? '' : ` --durations ${quoted(durations)}`;
  const log = (name: string) => path.join(folder, 'logs', name);
  return {
    array: `#!/bin/bash
#SBATCH --job-name=perturb
#SBATCH --array=1-${shards}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=${log('%a.log')}
exec ${perturb} run ${quoted(workspace)} --shard auto --output ${quoted(path.join(folder, 'shards'))}/"$SLURM_ARRAY_TASK_ID"${split}
`,
    merge: `#!/bin/bash
#SBATCH --job-name=perturb-merge
#SBATCH --output=${log('merge.log')}
exec ${perturb} merge ${quoted(path.join(folder, 'shards'))}/* --output ${quoted(path.join(folder, 'run'))} --report ${quoted(`junit=${path.join(folder, 'junit.xml')}`)}
`,
  };
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
