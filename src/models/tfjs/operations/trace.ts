import * as tfl from '@tensorflow/tfjs-layers';
import { UserError } from '../../../userError.ts';

/** What is known about a step of a layer, whatever it is lowered to. */
export interface Ending {
  /** The activation that this step ends in; softmax is always a step of its own. */
  readonly activation?: string;
  /** Neither computes nor mixes anything: only the shape changes, if that. */
  readonly passive?: boolean;
}

/** A step of a network, with the indices of the nodes that it reads. */
export type Traced<Step extends Ending> = Step & {
  /** Name of its layer. */
  readonly layer: string;
  readonly inputs: readonly number[];
  /** The layer's output shape, including the batch. */
  readonly shape: readonly (number | null)[];
};

/**
 * What happens to final sigmoids, or to a final softmax over groups of classes: some engines keep them. The end of an
 * embedding stays whole, whatever it is.
 */
export type OtherEnd = 'cut' | 'kept' | 'whole';

/**
 * The steps of a classifier's layers in the order of computation; node 0 is the input, the last one the logits: a final
 * softmax over all classes is removed.
 * @param lower the sequence of steps of a layer.
 * @param nothing the step that passes on its input.
 * @throws UserError when the model has several inputs or outputs, or ends in something other than logits, softmax or sigmoid.
 */
export function trace<Step extends Ending>(
  model: tfl.LayersModel,
  lower: (layer: tfl.layers.Layer) => readonly Step[],
  nothing: Step,
  otherEnd: OtherEnd = 'cut',
): Traced<Step>[] {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new UserError(
      `The model has ${model.inputs.length} inputs and ${model.outputs.length} outputs; a classifier has one of each.`,
    );
  }
  return withoutEnd(walk(model, lower, nothing), nothing, otherEnd);
}

/** Walks from the model's output to its input, through models used as layers. */
function walk<Step extends Ending>(
  model: tfl.LayersModel,
  lower: (layer: tfl.layers.Layer) => readonly Step[],
  nothing: Step,
): Traced<Step>[] {
  const nodes: Traced<Step>[] = [
    { ...nothing, layer: model.inputs[0]?.name ?? 'input', inputs: [], shape: model.inputs[0]?.shape ?? [] },
  ];
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
      for (const step of lower(layer))
        inputs = [nodes.push({ ...step, layer: layer.name, inputs, shape: tensor.shape }) - 1];
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

/** Removes the final activation, so that the output is logits. */
function withoutEnd<Step extends Ending>(nodes: readonly Traced<Step>[], nothing: Step, otherEnd: OtherEnd) {
  let index = nodes.length - 1;
  while (index > 0 && nodes[index]?.passive) index = nodes[index]?.inputs[0] ?? 0;
  const { layer, inputs, shape, activation } = nodes[index] as Traced<Step>;
  if (activation === undefined || otherEnd === 'whole') return [...nodes];
  const isOverClasses = shape.slice(1, -1).every((size) => size === 1);
  const cut = nodes.with(index, { ...nothing, layer, inputs, shape });
  if (activation === 'softmax' && isOverClasses) return cut;
  if (activation === 'softmax' || activation === 'sigmoid') {
    if (otherEnd === 'kept') return [...nodes];
    if (activation === 'sigmoid') return cut;
    throw new UserError(`The softmax of layer ${layer} runs over groups of classes, which needs ONNX Runtime.`);
  }
  throw new UserError(
    `The model ends in the activation ${activation} (layer ${layer}). A classifier must end in logits, softmax or sigmoid: export it that way.`,
  );
}
