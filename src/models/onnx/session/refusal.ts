import { UserError } from '../../../userError.ts';

/** Rethrows what ONNX Runtime says of a model that it does not run, in a sentence; a UserError as it is. */
export function refuse(error: unknown): never {
  if (error instanceof UserError) throw error;
  const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  throw new UserError(`ONNX Runtime cannot run this model: ${reason}`, { cause: error });
}
