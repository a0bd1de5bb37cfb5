import { UserError } from '../../userError.ts';

/** Says which layer of a model cannot be used, and what to do. */
export function refusedLayer(name: unknown, kind: string, reason: string): UserError {
  return new UserError(
    `The layer "${name}" (${kind}) cannot be used: ${reason}. Convert the model to ONNX, with the framework that it was made in, or replace the layer.`,
  );
}
