import * as tf from '@tensorflow/tfjs-core';

/** Activations of Keras that TensorFlow.js lacks, by the names that it gives them. */
const functions: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  celu: (x) => tf.elu(x),
  exponential: (x) => tf.exp(x),
  // That of Keras 3: TensorFlow.js has the one of Keras 2 under its name.
  hardSigmoid6: (x) => tf.div(tf.relu6(tf.add(x, 3)), 6),
  hardSilu: (x) => tf.mul(x, tf.div(tf.relu6(tf.add(x, 3)), 6)),
  hardTanh: (x) => tf.clipByValue(x, -1, 1),
  leakyRelu: (x) => tf.leakyRelu(x, 0.2),
  logSigmoid: (x) => tf.logSigmoid(x),
  squareplus: (x) => tf.div(tf.add(x, tf.sqrt(tf.add(tf.square(x), 4))), 2),
  tanhShrink: (x) => tf.sub(x, tf.tanh(x)),
};

/** Makes TensorFlow.js know them. */
export function registerKerasActivations(): void {
  for (const [className, apply] of Object.entries(functions)) {
    class Own extends tf.serialization.Serializable {
      static className = className;
      apply = (x: tf.Tensor) => tf.tidy(() => apply(x));
      getConfig(): tf.serialization.ConfigDict {
        return {};
      }
    }
    tf.serialization.registerClass(Own);
  }
}
