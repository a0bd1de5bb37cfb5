/** Says what a rule cannot do with a call. */
export class CannotLower extends Error {
  override name = 'CannotLower';
}
