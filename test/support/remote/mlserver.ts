import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const root = path.join(import.meta.dirname, '..', '..', '..');
const home = path.join(root, '.cache', 'mlserver');
const bin = path.join(home, process.platform === 'win32' ? 'Scripts' : 'bin');
const requirements = path.join(root, 'test', 'mlserver', 'requirements.txt');

/** The Python that has MLServer. */
export const python = path.join(bin, 'python');

/** Installs MLServer into .cache/mlserver, unless it is there; returns why it cannot be had, if so. */
export async function installMlServer(): Promise<string | undefined> {
  const stamp = path.join(home, 'installed.txt');
  const wanted = await readFile(requirements, 'utf8');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return undefined;
  const run = promisify(execFile);
  try {
    await rm(home, { recursive: true, force: true });
    await mkdir(path.dirname(home), { recursive: true });
    const name = process.env.PERTURB_PYTHON || (process.platform === 'win32' ? 'python' : 'python3');
    await run(name, ['-m', 'venv', home]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
    await writeFile(stamp, wanted);
    return undefined;
  } catch (error) {
    const { message, stderr = '' } = error as Error & { stderr?: string };
    return (stderr.trim().split('\n').at(-1) || message).trim();
  }
}

/** A running MLServer with one ONNX model, `digits`. */
export interface MlServer {
  /** Address of the model. */
  readonly url: string;
  /** Kills it, as a lack of memory would. */
  kill(): Promise<void>;
  /** Starts it again at the same address. */
  restart(): Promise<void>;
}

/** Starts MLServer on loopback with the model of the crosscheck. @param folder for its files; must not exist */
export async function startMlServer(folder: string): Promise<MlServer> {
  await cp(path.join(root, 'test', 'mlserver', 'served'), folder, { recursive: true });
  const [http, grpc] = await freePorts(2);
  const settings = {
    host: '127.0.0.1',
    http_port: http,
    grpc_port: grpc,
    metrics_endpoint: null,
    parallel_workers: 0,
    use_structured_logging: false,
    // Else it prints a line for each request.
    debug: false,
  };
  const model = {
    name: 'digits',
    implementation: 'served.OnnxModel',
    inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 1, 8, 8] }],
    outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, 10] }],
    parameters: { uri: path.join(root, 'test', 'crosscheck', 'digits.onnx') },
  };
  await writeFile(path.join(folder, 'settings.json'), JSON.stringify(settings));
  await writeFile(path.join(folder, 'model-settings.json'), JSON.stringify(model));
  let running = await launch(folder);
  const kill = async () => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  };
  return {
    url: `http://127.0.0.1:${http}/v2/models/digits`,
    kill,
    async restart() {
      await kill();
      running = await launch(folder);
    },
  };
}

async function launch(folder: string): Promise<ChildProcess> {
  const program = path.join(bin, 'mlserver');
  if (!existsSync(program)) throw new Error(`there is no ${program}`);
  const child = spawn(program, ['start', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: string[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        printed.push(line);
        // Both lines are there when it answers; their order varies.
        const text = printed.join('\n');
        if (/Loaded model 'digits' successfully/.test(text) && /Uvicorn running on/.test(text)) resolve();
      });
    }
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`MLServer ended:\n${printed.slice(-20).join('\n')}`)));
  });
  await ready;
  return child;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
