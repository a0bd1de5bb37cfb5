/** Says what a rule cannot do with an operation. */
export class CannotLower extends Error {
  override name = 'CannotLower';
}
