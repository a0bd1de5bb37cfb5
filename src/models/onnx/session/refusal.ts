import { firstLineOf, UserError } from '../../../userError.ts';

/** Rethrows ONNX Runtime's error for a model that it cannot run, as a sentence; a UserError unchanged. */
export function refuse(error: unknown): never {
  if (error instanceof UserError) throw error;
  const reason = firstLineOf(error);
  const [, operator, version] = /Could not find an implementation for (\w+)\((\d+)\)/.exec(reason) ?? [];
  if (operator !== undefined) {
    throw new UserError(
      `ONNX Runtime cannot run this model: it has no ${operator}, in version ${version} of ONNX’s operators, for the number type used here. Export the model in float32, and in version 13 or newer.`,
      { cause: error },
    );
  }
  throw new UserError(`ONNX Runtime cannot run this model: ${reason}`, { cause: error });
}
