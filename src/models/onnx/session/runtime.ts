import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { defaultMemory } from '../../../data/memory.ts';
import { disableTelemetry } from '../../../noTelemetry.ts';
import { firstLineOf, UserError } from '../../../userError.ts';
import { type Constant, floatConstant, type Model } from '../graph/graph.ts';
import { writeModel } from '../graph/writeModel.ts';
import { compareWithCpu } from './compareWithCpu.ts';
import { type Provider, type ProviderChoice, providerChoices } from './providers.ts';
import type { Runtime, RuntimeDescription, RuntimeOptions, RuntimeTensor, Session } from './session.ts';
import { threadedRuntime } from './threadedRuntime.ts';

// Before anything loads ONNX Runtime, in this thread or in one that it starts.
disableTelemetry();

const require = createRequire(import.meta.url);

type Ort = typeof import('onnxruntime-common');

/** ONNX Runtime's names for its providers. */
const ortNames: Readonly<Record<Provider, string>> = {
  cpu: 'cpu',
  coreml: 'coreml',
  directml: 'dml',
  cuda: 'cuda',
  webgpu: 'webgpu',
  wasm: 'wasm',
};

/** The order in which `auto` tries those that compute in full precision, the fastest first. */
const automatic: readonly Provider[] = ['cuda', 'directml', 'webgpu', 'cpu'];

/** Errors are thrown; ONNX Runtime should not print them as well. */
const silent = 4;

/** This optimizer wrongly turns zero padding into that of the following pooling, which is not zero. */
const wrongOptimizers = 'Pad_Fusion';

const started = new Map<string, Promise<Runtime>>();

/**
 * Starts ONNX Runtime, once per process for each provider and number of threads; in WebAssembly if there is no native
 * build.
 * @throws UserError when the name is not that of a provider.
 */
export async function startRuntime({
  provider = 'cpu',
  threads = 0,
  memory = defaultMemory(),
  thread,
}: RuntimeOptions = {}): Promise<Runtime> {
  if (!isChoice(provider)) {
    throw new UserError(`There is no provider "${provider}". Choose one of ${providerChoices.join(', ')}.`);
  }
  if (thread !== undefined) return threadedRuntime(thread, provider, threads, memory, nativeRuntime);
  const key = `${provider} ${threads}`;
  const starting = started.get(key) ?? start(provider, threads);
  started.set(key, starting);
  return { ...(await starting), memory };
}

/** The result of `startRuntime`, as plain data. */
export async function describeRuntime(options: RuntimeOptions): Promise<RuntimeDescription> {
  const { open: _, memory: __, isThreaded: ___, ...description } = await startRuntime(options);
  return description;
}

async function start(asked: ProviderChoice, threads: number): Promise<Runtime> {
  if (asked === 'auto') return startFastest(threads);
  const attempt = await tryProvider(asked, threads);
  if ('runtime' in attempt) return attempt.runtime;
  if (asked === 'wasm') throw new Error(`ONNX Runtime does not run in WebAssembly: ${attempt.reason}`);
  const cpu = asked === 'cpu' ? attempt : await tryProvider('cpu', threads);
  const reason = `${asked} is unavailable: ${attempt.reason}`;
  return 'runtime' in cpu ? { ...cpu.runtime, reason, repair: repairs[asked] } : fallback(reason, asked);
}

async function startFastest(threads: number): Promise<Runtime> {
  const reasons: string[] = [];
  for (const provider of automatic) {
    const attempt = await tryProvider(provider, threads);
    const reason = reasons.length > 0 ? { reason: reasons.join('; ') } : {};
    if ('runtime' in attempt) return { ...attempt.runtime, ...reason };
    reasons.push(`${provider} is unavailable: ${attempt.reason}`);
  }
  return fallback(reasons.join('; '), 'cpu');
}

async function fallback(reason: string, asked: Provider): Promise<Runtime> {
  const attempt = await tryProvider('wasm', 0);
  if ('runtime' in attempt) return { ...attempt.runtime, reason, repair: repairs[asked] };
  throw new Error(`ONNX Runtime does not run: ${reason}; in WebAssembly: ${attempt.reason}`);
}

const repairs: Readonly<Record<Provider, string>> = {
  cpu: 'ONNX Runtime has native builds for Windows and Linux on x64 and arm64, and for macOS on arm64. On these, install Perturb again, with npm by "npm install --ignore-scripts"; elsewhere, WebAssembly is used.',
  coreml: 'CoreML needs macOS on Apple silicon. Set perturb.engine.provider to "cpu".',
  directml: 'DirectML needs Windows with a DirectX 12 graphics card. Set perturb.engine.provider to "cpu".',
  cuda: 'CUDA needs Linux on x64 and an NVIDIA graphics card. Run "perturb install-cuda" (in VS Code: Install CUDA Engine), which says what is missing, or set perturb.engine.provider to "cpu".',
  webgpu:
    'WebGPU needs a graphics card with a Vulkan, Metal or DirectX 12 driver. Set perturb.engine.provider to "cpu".',
  wasm: '',
};

function isChoice(name: string): name is ProviderChoice {
  return (providerChoices as readonly string[]).includes(name);
}

type Attempt = { readonly runtime: Runtime } | { readonly reason: string };

/** Starts a provider, and lets it compute something with a known result and, in full precision, what the processor does. */
async function tryProvider(provider: Provider, threads: number): Promise<Attempt> {
  try {
    const runtime = provider === 'wasm' ? webRuntime() : nativeRuntime(provider, threads);
    await probe(runtime);
    // Drivers change: what was right when it was installed may be wrong today.
    if (provider !== 'cpu' && automatic.includes(provider))
      await compareWithCpu(runtime, nativeRuntime('cpu', threads));
    return { runtime };
  } catch (error) {
    return { reason: firstLineOf(error) };
  }
}

/** The dot product of (1, 2, 3) and (0.5, 0.25, −1) is −2. */
async function probe(runtime: Runtime): Promise<void> {
  const session = await runtime.open({
    graph: {
      inputs: [{ name: 'x', type: 'float32', dims: [1, 3] }],
      outputs: [{ name: 'y', type: 'float32', dims: [1, 1] }],
      nodes: [{ operator: 'MatMul', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: {} }],
      constants: new Map([['w', floatConstant([0.5, 0.25, -1], [3, 1])]]),
    },
    opsets: new Map([['', 17]]),
    metadata: new Map(),
    folder: '.',
  });
  try {
    const { y } = await session.run({ x: { type: 'float32', dims: [1, 3], data: Float32Array.of(1, 2, 3) } });
    const [value] = (y?.data ?? []) as unknown as Float32Array;
    if (value === undefined || Math.abs(value + 2) > 1e-3) throw new Error(`it computes ${value} instead of −2`);
  } finally {
    await session.close();
  }
}

/**
 * ONNX Runtime's native build.
 * @param threads to compute with; zero leaves the number to ONNX Runtime.
 * @throws Error if there is none for this platform.
 */
export function nativeRuntime(provider: Exclude<Provider, 'wasm'> = 'cpu', threads = 0): Runtime {
  const ort: Ort & { listSupportedBackends(): readonly { name: string }[] } = require('onnxruntime-node');
  ort.env.logLevel = 'fatal';
  const supported = ort.listSupportedBackends().map(({ name }) => name);
  if (!supported.includes(ortNames[provider])) {
    throw new Error(`this build of ONNX Runtime has ${supported.join(', ')} only`);
  }
  return {
    name: `ONNX Runtime ${versionOf('onnxruntime-node')} (${provider})`,
    provider,
    memory: defaultMemory(),
    open: (model, { optimize = true, isQuick = false } = {}) =>
      openSession(ort, writeModel(model), {
        executionProviders: provider === 'cpu' ? ['cpu'] : [ortNames[provider], 'cpu'],
        graphOptimizationLevel: optimize ? 'all' : 'disabled',
        intraOpNumThreads: isQuick ? 1 : threads,
        logSeverityLevel: silent,
        extra: {
          session: {
            model_external_initializers_file_folder_path: model.folder,
            // Between runs, cores belong to whoever prepares the next.
            force_spinning_stop: '1',
          },
          optimization: { disable_specified_optimizers: wrongOptimizers },
        },
      }),
  };
}

/** ONNX Runtime's WebAssembly build, which cannot read files, so weights are put into the model. */
function webRuntime(): Runtime {
  const ort: Ort = require('onnxruntime-web');
  ort.env.logLevel = 'fatal';
  return {
    name: `ONNX Runtime ${versionOf('onnxruntime-web')} (wasm)`,
    provider: 'wasm',
    memory: defaultMemory(),
    open: async (model, { optimize = true } = {}) =>
      openSession(ort, writeModel(await withWeights(model)), {
        executionProviders: ['wasm'],
        graphOptimizationLevel: optimize ? 'all' : 'disabled',
        logSeverityLevel: silent,
        extra: { optimization: { disable_specified_optimizers: wrongOptimizers } },
      }),
  };
}

async function withWeights(model: Model): Promise<Model> {
  const files = new Map<string, Buffer>();
  const constants = new Map<string, Constant>();
  for (const [name, constant] of model.graph.constants) {
    const { data } = constant;
    if (data instanceof Uint8Array) {
      constants.set(name, constant);
      continue;
    }
    const bytes = files.get(data.file) ?? (await readFile(data.file));
    files.set(data.file, bytes);
    constants.set(name, { ...constant, data: bytes.subarray(data.offset, data.offset + data.length) });
  }
  return { ...model, graph: { ...model.graph, constants } };
}

async function openSession(ort: Ort, bytes: Uint8Array, options: object): Promise<Session> {
  const session = await ort.InferenceSession.create(bytes, options as InferenceSession.SessionOptions);
  return {
    sizes: new Map(session.outputMetadata.flatMap((output) => sizeIn(output) ?? [])),
    async run(inputs, outputs = session.outputNames) {
      const feeds = Object.entries(inputs).map(([name, { type, data, dims }]) => [
        name,
        new ort.Tensor(type as Tensor.Type, data as never, dims),
      ]);
      return (await session.run(Object.fromEntries(feeds), outputs)) as unknown as Record<string, RuntimeTensor>;
    },
    close: () => session.release(),
  };
}

function sizeIn(output: InferenceSession.ValueMetadata): [[string, readonly number[]]] | undefined {
  if (!output.isTensor || !output.shape.every((size) => typeof size === 'number' && size >= 0)) return undefined;
  return [[output.name, output.shape as readonly number[]]];
}

function versionOf(name: 'onnxruntime-node' | 'onnxruntime-web'): string {
  // The web build does not export its package.json.
  const entry = require.resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(name) + name.length);
  return (require(`${folder}/package.json`) as { version: string }).version;
}
