import { UserError } from '../../userError.ts';

/** Says that a model, which may be intact, cannot be written as an ONNX graph. */
export class NoCounterpart extends UserError {
  override name = 'NoCounterpart';
}
