/** Says what a rule of a format cannot write as ONNX. */
export class CannotLower extends Error {
  override name = 'CannotLower';
}
