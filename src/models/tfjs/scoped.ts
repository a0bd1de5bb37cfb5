import * as tf from '@tensorflow/tfjs-core';

/** Frees the tensors that `work` makes. `tf.tidy` would iterate over every number of the returned arrays. */
export function scoped<T>(work: () => T): T {
  tf.engine().startScope();
  try {
    return work();
  } finally {
    tf.engine().endScope();
  }
}
