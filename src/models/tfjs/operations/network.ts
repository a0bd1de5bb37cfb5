import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { firstLineOf, UserError } from '../../../userError.ts';
import { fuse } from './fuse.ts';
import { identity, join, lower, type Step } from './operations.ts';
import { type Traced, trace } from './trace.ts';

type Node = Traced<Step>;

/** The gradient that enters at a node in the backward pass. */
export interface Entry {
  readonly node: number;
  readonly gradient: tf.Tensor;
}

/** A layers model as a list of operations in the order of computation; node 0 is the input, the last one the logits. */
export class Network {
  readonly nodes: readonly Node[];
  /** The node of a layer's output. */
  readonly outputOf: ReadonlyMap<string, number>;
  readonly #model: tfl.LayersModel;

  /** @throws UserError when the model has several inputs or outputs, or ends in something other than logits or softmax. */
  constructor(model: tfl.LayersModel) {
    this.#model = model;
    this.nodes = fuse(trace(model, lower, { operation: identity }), join);
    this.outputOf = new Map(this.nodes.map(({ layer }, index) => [layer, index]));
  }

  get logits(): number {
    return this.nodes.length - 1;
  }

  /** The logits of a batch [N, height, width, channels]; intermediate values are freed as soon as nothing needs them. */
  logitsOf(x: tf.Tensor): tf.Tensor {
    const values = this.forward(x, true);
    return values[this.logits] as tf.Tensor;
  }

  /** The value of every node; with `free`, only of the last one. */
  forward(x: tf.Tensor, free = false): (tf.Tensor | undefined)[] {
    const values: (tf.Tensor | undefined)[] = [x];
    const lastUse = new Map(this.nodes.flatMap(({ inputs }, index) => inputs.map((input) => [input, index] as const)));
    for (const [index, { operation, inputs, layer }] of this.nodes.entries()) {
      if (index === 0) continue;
      try {
        values[index] = tf.tidy(() => operation.forward(inputs.map((input) => values[input] as tf.Tensor)));
      } catch (error) {
        // A mistake of the library's own says nothing to people.
        const reason = error instanceof TypeError ? '' : ` (${firstLineOf(error)})`;
        throw new UserError(
          `TensorFlow.js cannot compute the layer ${layer}${reason}. Convert the model to ONNX, with the framework that it was made in.`,
        );
      }
      if (!free) continue;
      for (const input of new Set(inputs)) {
        if (input === 0 || lastUse.get(input) !== index) continue;
        values[input]?.dispose();
        values[input] = undefined;
      }
    }
    return values;
  }

  /**
   * Gradient with respect to the input of Σ ⟨entry.gradient, value of entry.node⟩, of the input's shape.
   * @param values of all nodes, as returned by `forward`.
   */
  backward(values: readonly (tf.Tensor | undefined)[], entries: readonly Entry[]): tf.Tensor {
    return tf.tidy(() => {
      const gradients: (tf.Tensor | undefined)[] = [];
      const add = (index: number, gradient: tf.Tensor) => {
        const before = gradients[index];
        gradients[index] = before ? tf.add(before, gradient) : gradient;
        if (before) tf.dispose([before, gradient]);
      };
      for (const { node, gradient } of entries) add(node, tf.clone(gradient));
      for (let index = this.logits; index > 0; index--) {
        const dy = gradients[index];
        if (dy === undefined) continue;
        const { operation, inputs } = this.nodes[index] as Node;
        const sources = inputs.map((input) => values[input] as tf.Tensor);
        const parts = tf.tidy(() => operation.backward(dy, sources, values[index] as tf.Tensor) as tf.Tensor[]);
        for (const [i, part] of parts.entries()) add(inputs[i] as number, part === dy ? tf.clone(dy) : part);
        dy.dispose();
        gradients[index] = undefined;
      }
      return gradients[0] ?? tf.zerosLike(values[0] as tf.Tensor);
    });
  }

  /** Frees the network, including the weights of its model. */
  dispose(): void {
    for (const { operation } of this.nodes) operation.dispose?.();
    this.#model.dispose();
  }
}
