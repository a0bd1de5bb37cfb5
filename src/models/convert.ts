import path from 'node:path';
import { createFile } from '../data/createFile.ts';
import { UserError } from '../userError.ts';
import { findModelFile } from './findModelFile.ts';
import type { LoweringOptions } from './format.ts';
import type { Constant, Model } from './onnx/graph/graph.ts';
import { readRange } from './onnx/graph/readRange.ts';
import { writeModel } from './onnx/graph/writeModel.ts';
import type { ModelSource } from './source.ts';

/** What the format of ONNX, protocol buffers, can hold in one file, with room for the graph beside the weights. */
const mostWeights = 2 ** 31 - 2 ** 26;

/** What was written. */
export interface Converted {
  readonly file: string;
  readonly nodes: number;
  /** Version of ONNX's operators that the graph uses. */
  readonly opset: number;
  readonly bytes: number;
}

/**
 * Writes the ONNX graph that a model is computed with to a new file, whole and with its weights: it takes and gives what the
 * model's own file does. Preprocessing in the settings is not part of it.
 * @throws UserError when the model has no such graph, is too large for one file, or the file exists or cannot be written.
 */
export async function convertModel(
  { path: at, endpoint, input, output }: ModelSource,
  to: string,
  { memory }: LoweringOptions,
): Promise<Converted> {
  if (endpoint !== undefined) {
    throw new UserError(`${at}: this model is on a server, which answers questions but has no graph to convert.`);
  }
  if (path.extname(to).toLowerCase() !== '.onnx') {
    throw new UserError(`${to}: what is written is an ONNX file. End its name in .onnx.`);
  }
  const { file, format } = await findModelFile(at);
  if (format.lower === undefined) throw new UserError(`${file}: this is an ONNX model already. Use it as it is.`);
  const lowered = await format.lower(file, {
    ...(memory && { memory }),
    ...(input && { input }),
    ...(output !== undefined && { output }),
  });
  const bytes = writeModel(await withWeights(lowered, file));
  // Never over a file that is there: it may be a model that someone needs.
  if (!(await createFile(to, bytes))) {
    throw new UserError(`${to} exists already. Choose another name, or remove it first.`);
  }
  const { graph, opsets } = lowered;
  return { file: to, nodes: graph.nodes.length, opset: opsets.get('') ?? 0, bytes: bytes.length };
}

/** The model with all weights in memory. */
async function withWeights(model: Model, file: string): Promise<Model> {
  const all = [...model.graph.constants];
  const total = all.reduce((sum, [, { data }]) => sum + data.length, 0);
  if (total > mostWeights) {
    throw new UserError(
      `${file}: its weights have ${(total / 1e9).toFixed(1)} GB, and an ONNX file holds 2. Export the model to ONNX with external data where it is defined.`,
    );
  }
  const constants = new Map<string, Constant>();
  for (const [name, constant] of all) {
    const { data } = constant;
    constants.set(name, { ...constant, data: data instanceof Uint8Array ? data : await readRange(data) });
  }
  return { ...model, graph: { ...model.graph, constants } };
}
