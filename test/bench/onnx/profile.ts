// Where the time of a gradient goes: `npm run bench -- onnx --profile`.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Table from 'cli-table3';
import { gradientModel } from '../../../src/models/onnx/gradient/gradientModel.ts';
import type { Model } from '../../../src/models/onnx/graph/graph.ts';
import { inspect } from '../../../src/models/onnx/graph/inspect.ts';
import { ModelMessage } from '../../../src/models/onnx/graph/protobuf.ts';
import { writeModel } from '../../../src/models/onnx/graph/writeModel.ts';
import { startRuntime } from '../../../src/models/onnx/session/runtime.ts';
import { imageModelOf } from './imageModelOf.ts';
import { type Network, networkAt } from './network.ts';

const runs = 8;
/** Kinds of operators that take less of the time than this are summed up. */
const least = 0.01;
const require = createRequire(import.meta.url);

/** Prints a table of the time by operator, and by the pass that it belongs to. */
export async function printProfile(folder: string, name: string, batch: number): Promise<void> {
  const times = await profile(await networkAt(folder, name), batch);
  const total = [...times.values()].reduce((sum, passes) => sum + sumOf(passes), 0);
  const table = new Table({
    head: [`${name}, batch ${batch}: ms`, 'forward', 'backward', 'layout', 'of all'],
    style: { head: [], border: [] },
  });
  const row = (title: string, { forward, backward, layout }: Passes) =>
    table.push([
      title,
      ...[forward, backward, layout].map((ms) => (ms > 0 ? ms.toFixed(2) : '')),
      `${((100 * (forward + backward + layout)) / total).toFixed(0)}%`,
    ]);
  const rest = { ...none };
  for (const [operator, passes] of [...times].sort(([, a], [, b]) => sumOf(b) - sumOf(a))) {
    if (sumOf(passes) >= least * total) row(operator, passes);
    else add(rest, passes);
  }
  row('others', rest);
  const all = { ...none };
  for (const passes of times.values()) add(all, passes);
  row('all', all);
  console.log(table.toString());
}

interface Passes {
  forward: number;
  backward: number;
  /** Reordering between ONNX Runtime's blocked layout and the plain one, which it inserts itself. */
  layout: number;
}

const none: Passes = { forward: 0, backward: 0, layout: 0 };

function sumOf({ forward, backward, layout }: Passes): number {
  return forward + backward + layout;
}

function add(to: Passes, { forward, backward, layout }: Passes): void {
  to.forward += forward;
  to.backward += backward;
  to.layout += layout;
}

/** Milliseconds of one run, by operator. */
async function profile(network: Network, batch: number): Promise<ReadonlyMap<string, Passes>> {
  const { model, dims } = await imageModelOf(network.file);
  const inspection = await inspect(model, [batch, ...dims], await startRuntime());
  const derived = gradientModel(inspection, { kinds: ['crossEntropy'], activations: [], several: false });
  const folder = await mkdtemp(path.join(tmpdir(), 'perturb-profile-'));
  try {
    const ort: typeof import('onnxruntime-common') = require('onnxruntime-node');
    const session = await ort.InferenceSession.create(named(derived.model), {
      graphOptimizationLevel: 'all',
      intraOpNumThreads: Number(process.env.PERTURB_THREADS) || 0,
      logSeverityLevel: 4,
      enableProfiling: true,
      profileFilePrefix: path.join(folder, 'profile'),
      extra: {
        session: { model_external_initializers_file_folder_path: model.folder },
        optimization: { disable_specified_optimizers: 'Pad_Fusion' },
      },
    });
    const feeds = Object.fromEntries(
      derived.model.graph.inputs.map(({ name, dims }, i) => {
        const sizes = dims as number[];
        const data = new Float32Array(sizes.reduce((product, size) => product * size, 1));
        if (i === 0) network.images.slice(0, batch).forEach((image, k) => void data.set(image, k * image.length));
        return [name, new ort.Tensor('float32', data, sizes)];
      }),
    );
    for (let run = 0; run <= runs; run++) await session.run(feeds);
    session.endProfiling();
    const [file = ''] = await readdir(folder);
    const forward = new Set(inspection.model.graph.nodes.flatMap(({ outputs }) => outputs));
    const all = new Set(derived.model.graph.nodes.flatMap(({ outputs }) => outputs));
    const passOf = (value: string) => (forward.has(value) ? 'forward' : all.has(value) ? 'backward' : 'layout');
    const found = read(await readFile(path.join(folder, file), 'utf8'), passOf);
    await session.release();
    return found;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A model file whose nodes are named by what they give; ONNX Runtime names what it makes of nodes by either. */
function named(model: Model): Uint8Array {
  const message = ModelMessage.decode(writeModel(model)) as unknown as {
    graph: { node: { name: string; output: string[] }[] };
  };
  for (const node of message.graph.node) node.name = node.output.find((value) => value !== '') ?? '';
  return ModelMessage.encode(message as never).finish();
}

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: { readonly op_name: string };
}

function read(text: string, passOf: (value: string) => keyof Passes): Map<string, Passes> {
  const events: Event[] = JSON.parse(text);
  const [first = 0, second = 0] = events.filter(({ name }) => name === 'model_run').map(({ ts }) => ts);
  const times = new Map<string, Passes>();
  for (const { cat, name, ts, dur, args } of events) {
    // The first run finds its memory yet.
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || ts < Math.max(first, second)) continue;
    const passes = times.get(args.op_name) ?? { ...none };
    passes[passOf(name.replace(/(_nchwc)?_kernel_time$/, ''))] += dur / 1000 / runs;
    times.set(args.op_name, passes);
  }
  return times;
}
