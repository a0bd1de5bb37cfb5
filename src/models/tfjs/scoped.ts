import * as tf from '@tensorflow/tfjs-core';

/** Frees the tensors that `work` makes. `tf.tidy` would walk through every number of the arrays that it returns. */
export function scoped<T>(work: () => T): T {
  tf.engine().startScope();
  try {
    return work();
  } finally {
    tf.engine().endScope();
  }
}
