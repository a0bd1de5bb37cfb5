import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { nativeRuntime } from '../../../../src/models/onnx/session/runtime.ts';
import { rules } from '../../../../src/models/tflite/lowering/rules.ts';
import { readTfliteModel } from '../../../../src/models/tflite/readTfliteModel.ts';
import { ZipArchive } from '../../../../src/models/zipArchive.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const fixtures = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tflite');

interface Numbers {
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

/** What makeOperators.py wrote. */
interface Recorded {
  readonly operators: readonly string[];
  readonly inputs: Readonly<Record<string, Numbers>>;
  readonly output: Numbers;
}

describe('Operators of TensorFlow Lite', () => {
  const folder = temporaryFolder();
  let recorded: Readonly<Record<string, Recorded>> = {};
  let archive: ZipArchive;

  before(async () => {
    recorded = JSON.parse(await readFile(path.join(fixtures, 'operators.json'), 'utf8'));
    archive = await ZipArchive.open(path.join(fixtures, 'operators.zip'));
  });
  after(() => archive.close());

  it('give what its interpreter gives', async () => {
    const runtime = nativeRuntime();
    const wrong: string[] = [];
    for (const [name, { inputs, output }] of Object.entries(recorded)) {
      const file = await folder.write(`${name}.tflite`, await archive.read(`${name}.tflite`, 1e6));
      const model = await readTfliteModel(file);
      const session = await runtime.open(model);
      const feeds = Object.entries(inputs).map(([input, { dims, values }]) => {
        const own = model.graph.inputs.find((each) => each.name === input)?.name ?? assert.fail(`${name}: ${input}`);
        return [own, { type: 'float32', dims, data: Float32Array.from(values) }] as const;
      });
      const [result] = Object.values(await session.run(Object.fromEntries(feeds)));
      await session.close();
      const found = Array.from((result?.data ?? []) as Float32Array);
      const largest = Math.max(1, ...output.values.map(Math.abs));
      const error = Math.max(...output.values.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN)))) / largest;
      if (`${result?.dims}` !== `${output.dims}` || !(error <= 1e-5))
        wrong.push(`${name}: ${error}, [${result?.dims}]`);
    }
    assert.deepEqual(wrong, []);
  });

  it('are each tried', () => {
    const tried = new Set(Object.values(recorded).flatMap(({ operators }) => operators));
    assert.deepEqual(
      Object.keys(rules).filter((name) => !tried.has(name)),
      [],
    );
  });
});
