import path from 'node:path';
import { UserError } from '../../userError.ts';
import type { ReadModel } from '../onnx/graph/readModel.ts';
import { ZipArchive } from '../zipArchive.ts';
import { lower } from './lowering/lower.ts';
import { readExported } from './readExported.ts';
import { constantOf } from './storedTensor.ts';

/**
 * Reads a PyTorch exported program (.pt2) as an ONNX graph. Weights stay on disk: constants name their range of the file.
 * @param memory bytes that the weights may take.
 * @throws UserError when it is damaged, too large, or uses operators that ONNX lacks.
 */
export async function readExportedModel(file: string, memory?: number): Promise<ReadModel> {
  const archive = await ZipArchive.open(file);
  try {
    const { program, stored, extra } = await readExported(archive, memory);
    const constant = async (name: string) => {
      const tensor = stored.get(name);
      if (tensor === undefined) {
        throw new UserError(`${file}: its weight "${name}" is missing. Export or copy the model again.`);
      }
      return constantOf(name, tensor);
    };
    const model = await lower(program, constant, path.dirname(file));
    return { ...model, metadata: extra, files: [file] };
  } finally {
    archive.close();
  }
}
