import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../userError.ts';

/**
 * The file of the model at a path: the path itself or, where that is a folder, the one model in it.
 * @throws UserError when there is nothing at the path, or a folder without exactly one model file.
 */
export async function findModelFile(at: string): Promise<string> {
  const found = await stat(at).catch(() => undefined);
  if (found === undefined) {
    throw new UserError(`${at}: there is no such model. Check "path" of this model in the settings.`);
  }
  if (!found.isDirectory()) return at;
  const names = (await readdir(at)).filter((name) => /^model\.json$|\.onnx$/i.test(name) && !name.startsWith('.'));
  if (names.length === 1) return path.join(at, names[0] as string);
  if (names.length === 0) {
    throw new UserError(
      `${at}: this folder has no model that Perturb opens: ONNX models (.onnx) and TensorFlow.js layers models (model.json).`,
    );
  }
  throw new UserError(
    `${at}: this folder has several models: ${names.join(', ')}. Name one of them in "path" of this model.`,
  );
}
