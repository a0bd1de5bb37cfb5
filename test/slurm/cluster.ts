import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '../soak/processes.ts';

const execute = promisify(execFile);

/** Of Debian, the programs of a cluster. */
const packages = ['slurmctld', 'slurmd', 'slurm-client', 'munge'];
const programs = ['slurmctld', 'slurmd', 'munged'].map((name) => `/usr/sbin/${name}`);

/** Installs Slurm from Debian's packages, if it is not there. @returns why that cannot be, if it cannot. */
export async function installSlurm(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'Slurm runs on Linux.';
  if (process.getuid?.() !== 0) return 'It takes root: nodes are processes in namespaces of their own.';
  try {
    if (!programs.every((file) => existsSync(file))) {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      await execute('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env });
    }
    await execute('unshare', [...namespaces, 'true']);
    return undefined;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    return (stderr.trim() || message).split('\n').at(-1);
  }
}

/**
 * What makes a process a node: a host name and processes of its own, of which none outlives the first, as none outlives the
 * loss of power.
 */
const namespaces = ['--pid', '--uts', '--mount', '--fork', '--kill-child', '--mount-proc'];

const nodes = { n1: 16818, n2: 16819 } as const;
export type Node = keyof typeof nodes;

/** A job, or a task of an array, as Slurm tells of it. */
export interface Job {
  readonly id: string;
  /** Of a task of an array. */
  readonly task?: number;
  readonly state: string;
  readonly node: string;
  readonly restarts: number;
  /** What it ended with. */
  readonly code: number;
}

/** A Slurm cluster on this machine: a controller and two nodes of one processor each. */
export class Cluster {
  readonly #folder: string;
  readonly #processes = new Map<string, ChildProcess>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts a cluster, whose nodes are ready. @throws Error with the logs where it does not come up. */
  static async start(): Promise<Cluster> {
    const cluster = new Cluster(await mkdtemp(path.join(tmpdir(), 'perturb-slurm-')));
    try {
      await cluster.#start();
      return cluster;
    } catch (error) {
      const logs = await Promise.all(['munged', 'slurmctld', ...Object.keys(nodes)].map((name) => cluster.#log(name)));
      await cluster.dispose();
      throw new Error(`The cluster does not come up: ${error}\n${logs.join('\n')}`);
    }
  }

  /** The environment of commands for this cluster. */
  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, SLURM_CONF: this.#at('slurm.conf') };
  }

  /** The version of Slurm. */
  async version(): Promise<string> {
    return (await this.#run('sinfo', '--version')).trim();
  }

  /** All jobs that there were; of an array a job for each task that has begun, and one for the others. */
  async jobs(): Promise<Job[]> {
    const text = await this.#run('scontrol', '--oneliner', '--all', 'show', 'jobs');
    return text.split('\n').flatMap((line) => {
      const facts = new Map([...line.matchAll(/(\w+)=(\S*)/g)].map(([, key, value]) => [key, value]));
      const id = facts.get('ArrayJobId') ?? facts.get('JobId');
      if (id === undefined) return [];
      const task = facts.get('ArrayTaskId');
      return [
        {
          id,
          ...(task !== undefined && /^\d+$/.test(task) && { task: Number(task) }),
          state: facts.get('JobState') ?? '',
          node: facts.get('NodeList') ?? '',
          restarts: Number(facts.get('Restarts')),
          code: Number(facts.get('ExitCode')?.split(':')[0]),
        },
      ];
    });
  }

  /** Takes the power from a node: all of its processes are gone at once. */
  async kill(node: Node): Promise<void> {
    const unshare = this.#processes.get(node);
    const ended = new Promise((resolve) => unshare?.once('close', resolve));
    unshare?.kill('SIGKILL');
    await ended;
  }

  /** Ends all, and removes what it has written. */
  async dispose(): Promise<void> {
    for (const child of this.#processes.values()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    // The socket of munged has to be within everyone's reach.
    await chmod(this.#folder, 0o755);
    for (const name of ['state', 'run', 'log', ...Object.keys(nodes)]) await mkdir(this.#at(name));
    await writeFile(this.#at('munge.key'), randomBytes(1024), { mode: 0o600 });
    await writeFile(this.#at('slurm.conf'), this.#configuration());
    this.#spawn('munged', '/usr/sbin/munged', [
      '--foreground',
      ...Object.entries({
        'key-file': 'munge.key',
        socket: 'run/munge.socket',
        'pid-file': 'run/munged.pid',
        'log-file': 'log/munged.log',
        'seed-file': 'run/munge.seed',
      }).map(([option, name]) => `--${option}=${this.#at(name)}`),
    ]);
    await waitFor(async () => existsSync(this.#at('run/munge.socket')) || undefined, 10_000);
    this.#spawn('slurmctld', '/usr/sbin/slurmctld', ['-D']);
    for (const node of Object.keys(nodes)) {
      const command = `hostname ${node} && exec /usr/sbin/slurmd -D -N ${node}`;
      this.#spawn(node, 'unshare', [...namespaces, 'sh', '-c', command]);
    }
    const idle = await waitFor(async () => {
      const states = await this.#run('sinfo', '--noheader', '--Node', '--format=%T').catch(() => '');
      return (
        states.trim() ===
          Object.keys(nodes)
            .map(() => 'idle')
            .join('\n') || undefined
      );
    }, 60_000);
    if (!idle) throw new Error('its nodes are not idle after a minute');
  }

  #configuration(): string {
    const host = hostname();
    const at = (name: string) => this.#at(name);
    return [
      'ClusterName=perturb',
      `SlurmctldHost=${host}(127.0.0.1)`,
      'SlurmctldPort=16817',
      'SlurmUser=root',
      'AuthType=auth/munge',
      `AuthInfo=socket=${at('run/munge.socket')}`,
      'ProctrackType=proctrack/pgid',
      'TaskPlugin=task/none',
      'MpiDefault=none',
      `StateSaveLocation=${at('state')}`,
      `SlurmdSpoolDir=${at('%n')}`,
      `SlurmctldPidFile=${at('run/slurmctld.pid')}`,
      `SlurmdPidFile=${at('run/slurmd-%n.pid')}`,
      `SlurmctldLogFile=${at('log/slurmctld.log')}`,
      `SlurmdLogFile=${at('log/%n.log')}`,
      // Seconds after which a node that does not answer is down.
      'SlurmdTimeout=5',
      'SchedulerParameters=sched_interval=1,bf_interval=1',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_Core',
      'AccountingStorageType=accounting_storage/none',
      'JobAcctGatherType=jobacct_gather/none',
      ...Object.entries(nodes).map(
        ([node, port]) => `NodeName=${node} NodeHostname=${node} NodeAddr=127.0.0.1 Port=${port} CPUs=1 State=UNKNOWN`,
      ),
      `PartitionName=all Nodes=${Object.keys(nodes).join()} Default=YES MaxTime=INFINITE State=UP`,
      '',
    ].join('\n');
  }

  #spawn(name: string, file: string, args: readonly string[]): void {
    this.#processes.set(name, spawn(file, args, { env: this.environment, stdio: 'ignore' }));
  }

  async #run(command: string, ...args: readonly string[]): Promise<string> {
    return (await execute(command, args, { env: this.environment })).stdout;
  }

  async #log(name: string): Promise<string> {
    return readFile(this.#at(`log/${name}.log`), 'utf8').catch(() => '');
  }

  #at(name: string): string {
    return path.join(this.#folder, name);
  }
}
