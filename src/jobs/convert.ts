import { type Converted, convertModel } from '../models/convert.ts';
import type { ModelSource } from '../models/source.ts';
import type { JobContext } from './job.ts';

/** A model, and the file to write, as an absolute path. */
export interface ConvertRequest {
  readonly model: ModelSource;
  readonly to: string;
}

/** Writes a model as an ONNX file. @throws UserError as `convertModel` does. */
export async function convert({ model, to }: ConvertRequest, { models }: JobContext<never>): Promise<Converted> {
  return convertModel(model, to, models.computing);
}
