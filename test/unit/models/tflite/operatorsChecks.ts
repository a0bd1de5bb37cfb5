import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ReadModel } from '../../../../src/models/onnx/graph/readModel.ts';
import { nativeRuntime } from '../../../../src/models/onnx/session/runtime.ts';
import { ZipArchive } from '../../../../src/models/zipArchive.ts';
import { UserError } from '../../../../src/userError.ts';
import type { Checks } from '../../../support/checks.ts';

export const fixtures = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tflite');

interface Numbers {
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

/** What makeOperators.py wrote about each model. */
interface Recorded {
  readonly operators: readonly string[];
  readonly inputs: Readonly<Record<string, Numbers>>;
  readonly output: Numbers;
}

export const recorded: Readonly<Record<string, Recorded>> = JSON.parse(
  readFileSync(path.join(fixtures, 'operators.json'), 'utf8'),
);

type Read = (file: string) => Promise<ReadModel>;

/** Reads a model of the archive as a file of its own. */
export async function readOperator<T>(read: (file: string) => Promise<T>, name: string): Promise<T> {
  const archive = await ZipArchive.open(path.join(fixtures, 'operators.zip'));
  const folder = await mkdtemp(path.join(tmpdir(), 'perturb-operators-'));
  try {
    const file = path.join(folder, `${path.basename(name)}.tflite`);
    await writeFile(file, await archive.read(`${name}.tflite`, 1e6));
    return await read(file);
  } finally {
    archive.close();
    await rm(folder, { recursive: true });
  }
}

/** How a model gives what TensorFlow Lite's interpreter gave. */
async function agrees(read: Read, name: string, { inputs, output }: Recorded): Promise<void> {
  // A mutant may make what cannot be read, or not be computed.
  const failed = (error: Error) => assert.fail(`${name}: ${error.message}`);
  const model = await readOperator(read, name).catch((error) => {
    if (error instanceof UserError) failed(error);
    throw error;
  });
  const session = await nativeRuntime().open(model).catch(failed);
  const feeds = Object.entries(inputs).map(([input, { dims, values }]) => {
    const own = model.graph.inputs.find((each) => each.name === input)?.name ?? assert.fail(`${name}: ${input}`);
    return [own, { type: 'float32', dims, data: Float32Array.from(values) }] as const;
  });
  const results = await session.run(Object.fromEntries(feeds)).catch(failed);
  await session.close();
  const [result] = Object.values(results);
  assert.deepEqual(result?.dims, output.dims, name);
  const found = result?.data as Float32Array;
  const largest = Math.max(1, ...output.values.map(Math.abs));
  const errors = output.values.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN)) / largest);
  assert.ok(
    errors.every((error) => error <= 1e-5),
    `${name}: ${Math.max(...errors)}`,
  );
}

/** What reading TensorFlow Lite's operators comes to. */
export const operatorsChecks: Checks<Read> = Object.fromEntries(
  Object.entries(recorded).map(([name, numbers]) => [
    `gives what the interpreter gives: ${name}`,
    (read: Read) => agrees(read, name, numbers),
  ]),
);
