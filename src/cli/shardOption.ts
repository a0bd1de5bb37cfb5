import { UserError } from '../userError.ts';

/** One of several runs that share the work of one: counted from 1. */
export interface ShardNumber {
  readonly number: number;
  readonly of: number;
  /** Chosen by a scheduler, which starts no task twice at a time. */
  readonly isScheduled: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A scheduler that numbers the tasks of a job in environment variables. */
interface Scheduler {
  readonly title: string;
  /** The variable with the number of the task, and that of the first task. */
  readonly number: string;
  readonly first: number | string;
  /** The variable with how many tasks there are; where the scheduler tells none, one that the job has to set. */
  readonly of: string;
}

const schedulers: readonly Scheduler[] = [
  { title: 'Slurm', number: 'SLURM_ARRAY_TASK_ID', first: 'SLURM_ARRAY_TASK_MIN', of: 'SLURM_ARRAY_TASK_COUNT' },
  { title: 'AWS Batch', number: 'AWS_BATCH_JOB_ARRAY_INDEX', first: 0, of: 'AWS_BATCH_JOB_ARRAY_SIZE' },
  { title: 'Google Batch', number: 'BATCH_TASK_INDEX', first: 0, of: 'BATCH_TASK_COUNT' },
  { title: 'Kubernetes', number: 'JOB_COMPLETION_INDEX', first: 0, of: 'JOB_COMPLETIONS' },
  { title: 'GitLab', number: 'CI_NODE_INDEX', first: 1, of: 'CI_NODE_TOTAL' },
];

/**
 * The shard that --shard names: "3/16", or "auto" for the one that a scheduler has numbered.
 * @throws UserError saying what is wrong, or missing.
 */
export function shardOf(text: string, environment: Environment = process.env): ShardNumber {
  if (text === 'auto') return scheduledShard(environment);
  const [, number, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  return checked({ number: Number(number), of: Number(of), isScheduled: false }, `--shard ${text}`);
}

function scheduledShard(environment: Environment): ShardNumber {
  const scheduler = schedulers.find(({ number }) => environment[number] !== undefined);
  if (scheduler === undefined) {
    const names = schedulers.map(({ title, number }) => `${number} (${title})`).join(', ');
    throw new UserError(
      `--shard auto found no scheduler: none of ${names} is set. Name the shard, such as --shard 3/16.`,
    );
  }
  const { title, number, first, of } = scheduler;
  const read = (name: string) => {
    const value = environment[name];
    if (value !== undefined && /^\d{1,6}$/.test(value)) return Number(value);
    throw new UserError(
      `--shard auto: ${title} sets ${number}=${environment[number]}, but ${name} ${value === undefined ? 'is not set' : `is "${value}"`}. Set ${name} to a number in the job, or name the shard, such as --shard 3/16.`,
    );
  };
  const start = typeof first === 'number' ? first : read(first);
  return checked({ number: read(number) - start + 1, of: read(of), isScheduled: true }, `--shard auto (${title})`);
}

function checked(shard: ShardNumber, what: string): ShardNumber {
  const { number, of } = shard;
  if (number >= 1 && number <= of) return shard;
  throw new UserError(
    `${what} is not a shard: write the number of the shard, from 1 on, and how many there are, such as 3/16.`,
  );
}
