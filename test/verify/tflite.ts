// Compares models that MediaPipe ships with what TensorFlow Lite's interpreter computes.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { nativeRuntime } from '../../src/models/onnx/session/runtime.ts';
import { readTfliteModel } from '../../src/models/tflite/readTfliteModel.ts';
import { UserError } from '../../src/userError.ts';
import { compare } from './check.ts';
import { answers, provision, tflite } from './python.ts';

/** An output may be so much farther from the interpreter's kernels than its others are. */
const mostRatio = 2;
/** Errors up to here are rounding, whatever others are. */
const rounding = 1e-5;

/** A line of tflite.py. */
interface Answer {
  readonly model: string;
  readonly file: string;
  readonly input: string;
  /** The file of each output, by its name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** How far the interpreter's other kernels are from its own, in parts of the largest number, or of 1 if that is more. */
  readonly spread: number;
  /** Why the interpreter has none. */
  readonly failure?: string;
}

/** @returns a row for each model, and how many miss. A model with an operator that is no part of ONNX is refused by name. */
export async function verifyTflite(
  folder: string,
): Promise<{ readonly rows: readonly string[]; readonly misses: number }> {
  provision(tflite);
  const rows = ['| model | nodes | error | spread of the interpreter | verdict |', '| --- | --- | --- | --- | --- |'];
  let misses = 0;
  for await (const answer of answers<Answer>(tflite, folder)) {
    const { model, failure, spread } = answer;
    const found = await errorOf(folder, answer).catch((error: unknown) => {
      if (error instanceof UserError) return error.message.replace(/^.*?: |\. Open the model.*/gs, '');
      throw error;
    });
    const isMiss =
      typeof found !== 'string' && failure === undefined && !(found.error <= Math.max(mostRatio * spread, rounding));
    if (isMiss) misses++;
    const cells =
      failure !== undefined
        ? ['', '', '', `its interpreter refuses it: ${failure}`]
        : typeof found === 'string'
          ? ['', '', '', found]
          : [found.nodes, found.error.toExponential(1), spread.toExponential(1), isMiss ? 'MISS' : 'ok'];
    rows.push(`| ${[model, ...cells].join(' | ')} |`);
  }
  return { rows, misses };
}

async function errorOf(folder: string, { file, input, outputs }: Answer): Promise<{ nodes: number; error: number }> {
  const model = await readTfliteModel(file);
  const floats = async (name: string) => {
    const bytes = await readFile(path.join(folder, name));
    return new Float32Array(new Uint8Array(bytes).buffer);
  };
  const [{ name = '', dims = [] } = {}] = model.graph.inputs;
  const session = await nativeRuntime().open(model);
  try {
    const feed = { type: 'float32' as const, dims: dims as number[], data: await floats(input) };
    const results = await session.run({ [name]: feed });
    const errors = Object.entries(outputs).map(async ([output, expected]) => {
      const found = results[output]?.data as Float32Array;
      const right = await floats(expected);
      // A probability near 0 has few digits on any engine.
      const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return compare([found], [Float64Array.from(right)]).error * Math.min(1, largest);
    });
    return { nodes: model.graph.nodes.length, error: Math.max(...(await Promise.all(errors))) };
  } finally {
    await session.close();
  }
}
