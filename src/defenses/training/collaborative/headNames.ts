/** Names of the layers that collaborative training adds to a model, by which they can be read and differentiated. */
export const headNames = {
  /** Z, the logits of the classes, before the lock. */
  label: 'label',
  /** Z′, the logits of the partners. */
  auxiliary: 'auxiliary',
  /** g(Z′), a factor between 0 and 1 for each class. */
  lock: 'lock',
} as const;
