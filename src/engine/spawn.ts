import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { disableTelemetry, noTelemetry } from '../noTelemetry.ts';
import type { EngineLocation } from '../reports/report.ts';
import type { Port } from './protocol.ts';

/** An engine that was started. */
export interface Spawned {
  readonly port: Port;
  /** The process that computes. */
  readonly pid: number | undefined;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
  /** Settles when it is gone, with how it ended. */
  readonly ended: Promise<string>;
}

/** Starts the engine from its built entry point. */
type Spawn = (entry: string) => Spawned;

/** How the engine is started at each location. */
export const spawnAt: Readonly<Record<EngineLocation, Spawn>> = {
  process: spawnProcess,
  extensionHost: spawnWorker,
};

function spawnProcess(entry: string): Spawned {
  // NVIDIA's libraries round float32 to 10 bits of precision by default.
  const env = { NVIDIA_TF32_OVERRIDE: '0', ...process.env, ...noTelemetry };
  const child = fork(entry, { env, serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let complaint = '';
  child.stderr?.on('data', (data: Buffer) => {
    complaint = `${complaint}${data}`.slice(-2000);
  });
  return {
    pid: child.pid,
    port: {
      post: (message) => child.connected && child.send(message as object),
      on: (listener) => child.on('message', listener),
    },
    kill: () => child.kill('SIGKILL'),
    ended: new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      // Not 'exit', which may come before the last output on standard error.
      child.once('close', (code, signal) => {
        const end = signal ? `signal ${signal}` : `exit code ${code}`;
        resolve(complaint.trim() ? `${end}: ${complaint.trim()}` : end);
      });
    }),
  };
}

function spawnWorker(entry: string): Spawned {
  disableTelemetry();
  const worker = new Worker(entry, { stderr: true });
  let complaint = '';
  worker.once('error', (error) => {
    complaint = `: ${error.message}`;
  });
  return {
    pid: process.pid,
    port: {
      post: (message) => worker.postMessage(message),
      on: (listener) => worker.on('message', listener),
    },
    kill: () => void worker.terminate(),
    ended: new Promise((resolve) => {
      worker.once('exit', (code) => resolve(`exit code ${code}${complaint}`));
    }),
  };
}
