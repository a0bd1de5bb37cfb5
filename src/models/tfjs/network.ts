import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { UserError } from '../../userError.ts';
import { fuse } from './fuse.ts';
import { identity, lower, type Step } from './operations.ts';

/** A step of a network, with the indices of the nodes that it reads. */
export interface Node extends Step {
  /** Name of the layer that it is part of. */
  readonly layer: string;
  readonly inputs: readonly number[];
}

/** The gradient that enters at a node in the backward pass. */
export interface Entry {
  readonly node: number;
  readonly gradient: tf.Tensor;
}

/** A layers model as a list of operations in the order of computation, node 0 being the input, the last the logits. */
export class Network {
  readonly nodes: readonly Node[];
  /** The node that a layer's output is. */
  readonly outputOf: ReadonlyMap<string, number>;
  readonly #model: tfl.LayersModel;

  /** @throws UserError when the model has several inputs or outputs, or ends in something other than logits or softmax. */
  constructor(model: tfl.LayersModel) {
    if (model.inputs.length !== 1 || model.outputs.length !== 1) {
      throw new UserError(
        `The model has ${model.inputs.length} inputs and ${model.outputs.length} outputs; a classifier has one of each.`,
      );
    }
    this.#model = model;
    this.nodes = fuse(withoutSoftmax(trace(model)));
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

  /** The value of every node; with `free`, of the last one only. */
  forward(x: tf.Tensor, free = false): (tf.Tensor | undefined)[] {
    const values: (tf.Tensor | undefined)[] = [x];
    const lastUse = new Map(this.nodes.flatMap(({ inputs }, index) => inputs.map((input) => [input, index] as const)));
    for (const [index, { operation, inputs }] of this.nodes.entries()) {
      if (index === 0) continue;
      values[index] = tf.tidy(() => operation.forward(inputs.map((input) => values[input] as tf.Tensor)));
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
   * @param values of all nodes, as `forward` gives them.
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

  /** Frees what the network holds, the weights of its model with it. */
  dispose(): void {
    for (const { operation } of this.nodes) operation.dispose?.();
    this.#model.dispose();
  }
}

/** Walks from the model's output to its input, through models used as layers. */
function trace(model: tfl.LayersModel): Node[] {
  const nodes: Node[] = [{ layer: model.inputs[0]?.name ?? 'input', inputs: [], operation: identity }];
  const visit = (tensor: tfl.SymbolicTensor, known: Map<tfl.SymbolicTensor, number>): number => {
    const found = known.get(tensor);
    if (found !== undefined) return found;
    const layer = tensor.sourceLayer;
    const call = layer.inboundNodes[tensor.nodeIndex];
    let inputs = (call?.inputTensors ?? []).map((input) => visit(input, known));
    if (layer instanceof tfl.LayersModel) {
      const inner = new Map(layer.inputs.map((input, i) => [input, inputs[i] as number]));
      inputs = [visit(layer.outputs[tensor.tensorIndex ?? 0] as tfl.SymbolicTensor, inner)];
    } else {
      for (const step of lower(layer)) inputs = [nodes.push({ layer: layer.name, inputs, ...step }) - 1];
    }
    const index = inputs[0] as number;
    known.set(tensor, index);
    return index;
  };
  const [input, output] = [model.inputs[0] as tfl.SymbolicTensor, model.outputs[0] as tfl.SymbolicTensor];
  const last = visit(output, new Map([[input, 0]]));
  if (last !== nodes.length - 1) throw new Error('the output of a model is not the last of its operations');
  return nodes;
}

/** Replaces the softmax at the end by nothing, so that the output is logits. */
function withoutSoftmax(nodes: readonly Node[]): Node[] {
  let index = nodes.length - 1;
  while (index > 0 && nodes[index]?.passive) index = nodes[index]?.inputs[0] ?? 0;
  const { layer, inputs, activation } = nodes[index] as Node;
  if (activation === undefined) return [...nodes];
  if (activation === 'softmax') return nodes.with(index, { layer, inputs, operation: identity });
  throw new UserError(
    `The model ends in the activation ${activation} (layer ${layer}). A classifier ends in logits or softmax; export it so.`,
  );
}
