import { existsSync } from 'node:fs';
import path from 'node:path';
import { inGigabytes } from '../data/memory.ts';
import type { ModelSource } from '../models/source.ts';
import { findModel } from '../settings/findSource.ts';
import { readWorkspace } from '../settings/readSettings.ts';
import { startEngine } from './engine.ts';
import { printable } from './printable.ts';

/** Where to write, and the settings that a name is looked up in. */
export interface ConvertOptions {
  readonly to: string;
  readonly workspace?: string;
}

/** Writes the ONNX graph of a model to a file. @throws UserError when it has none, or the file cannot be written. */
export async function convert(model: string, { to, workspace }: ConvertOptions): Promise<void> {
  const source = await sourceOf(model, workspace);
  const engine = startEngine();
  try {
    const { file, nodes, opset, bytes } = await engine.call('convert', { model: source, to: path.resolve(to) });
    console.log(printable(`${file}: ${nodes} nodes with version ${opset} of ONNX’s operators, ${inGigabytes(bytes)}`));
  } finally {
    engine.dispose();
  }
}

/** The model at a path, or that of the settings: a name is looked up where no file has it, or a workspace is given. */
async function sourceOf(model: string, workspace: string | undefined): Promise<ModelSource> {
  if (workspace === undefined && existsSync(model)) return { name: model, path: path.resolve(model) };
  // What looks like a path is not a name with a typing error.
  const isPath = workspace === undefined && /[\\/]|\.\w+$/.test(model);
  if (isPath) return { name: model, path: path.resolve(model) };
  return findModel(await readWorkspace(workspace ?? '.'), model).source;
}
