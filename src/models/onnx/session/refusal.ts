import { firstLineOf, UserError } from '../../../userError.ts';

/** Rethrows what ONNX Runtime says of a model that it does not run, in a sentence; a UserError as it is. */
export function refuse(error: unknown): never {
  if (error instanceof UserError) throw error;
  const reason = firstLineOf(error);
  const [, operator, version] = /Could not find an implementation for (\w+)\((\d+)\)/.exec(reason) ?? [];
  if (operator !== undefined) {
    throw new UserError(
      `ONNX Runtime cannot run this model: it has no ${operator}, in version ${version} of ONNX’s operators, for the type of numbers that it is used with here. Export the model in float32, and in version 13 or newer.`,
      { cause: error },
    );
  }
  throw new UserError(`ONNX Runtime cannot run this model: ${reason}`, { cause: error });
}
