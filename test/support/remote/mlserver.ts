import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
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
  const run = promisify(execFile);
  const importAll = () => run(python, ['-c', 'import mlserver.cli.main, onnxruntime, tritonclient.http']);
  const works = () =>
    importAll().then(
      () => true,
      () => false,
    );
  // A folder that was moved, or made by another Python, does not work.
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted && (await works())) return undefined;
  try {
    await rm(home, { recursive: true, force: true });
    await mkdir(path.dirname(home), { recursive: true });
    const name = process.env.PERTURB_PYTHON || (process.platform === 'win32' ? 'python' : 'python3');
    await run(name, ['-m', 'venv', home]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
    await importAll();
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
  const model = {
    name: 'digits',
    implementation: 'served.OnnxModel',
    inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 1, 8, 8] }],
    outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, 10] }],
    parameters: { uri: path.join(root, 'test', 'crosscheck', 'digits.onnx') },
  };
  await writeFile(path.join(folder, 'model-settings.json'), JSON.stringify(model));
  let [running, port] = await launchOnFreePorts(folder);
  const kill = async () => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  };
  return {
    url: `http://127.0.0.1:${port}/v2/models/digits`,
    kill,
    async restart() {
      await kill();
      running = await launch(folder);
    },
  };
}

/** Starts it, on other ports where somebody was faster than it; returns the one of HTTP, too. */
async function launchOnFreePorts(folder: string): Promise<[ChildProcess, number]> {
  for (let attempt = 1; ; attempt++) {
    const [http, grpc] = await freePorts();
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
    await writeFile(path.join(folder, 'settings.json'), JSON.stringify(settings));
    try {
      return [await launch(folder), http];
    } catch (error) {
      if (attempt === 3 || !/address already in use|failed to bind/i.test((error as Error).message)) throw error;
    }
  }
}

async function launch(folder: string): Promise<ChildProcess> {
  // Not its script, which names the folder that it was installed into.
  const child = spawn(python, ['-m', 'mlserver.cli.main', 'start', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: string[] = [];
  // In any order; after all of them it answers, and no port can be lacking.
  const awaited = [/Loaded model 'digits' successfully/, /Uvicorn running on/, /gRPC server running on/];
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        printed.push(line);
        if (awaited.every((pattern) => printed.some((text) => pattern.test(text)))) resolve();
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) => {
      // After it was ready, tests find that nothing answers; this says why, unless they ended it.
      const words = `MLServer ended (${signal ?? `exit code ${code}`}):\n${printed.slice(-20).join('\n')}`;
      if (!child.killed) console.error(words);
      reject(new Error(words));
    });
  });
  await ready;
  return child;
}

/** Two ports that nobody uses, outside of those that systems give to outgoing connections. */
async function freePorts(): Promise<[number, number]> {
  const server = createServer();
  const isFree = async (port: number) => {
    server.listen(port, '127.0.0.1');
    const isListening = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (isListening) await once(server.close(), 'close');
    return isListening;
  };
  const free: number[] = [];
  while (free.length < 2) {
    const port = randomInt(20_000, 32_000);
    if (!free.includes(port) && (await isFree(port))) free.push(port);
  }
  return free as [number, number];
}
