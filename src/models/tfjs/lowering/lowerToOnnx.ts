import type * as tfl from '@tensorflow/tfjs-layers';
import type { Model } from '../../onnx/graph/graph.ts';
import { fuse } from '../operations/fuse.ts';
import { type OtherEnd, trace } from '../operations/trace.ts';
import { scoped } from '../scoped.ts';
import { lowerLayer } from './layers.ts';
import { LayoutBuilder, type Lowered } from './layoutBuilder.ts';
import { nothing, type OnnxStep } from './step.ts';

/** Version of the standard's operators that the graph uses. */
const opset = 17;

/** A layers model as a graph. */
export interface LoweredModel {
  /**
   * Its input "image" is [batch, channels, height, width], or [batch, ...] as in TensorFlow.js if it is not an image;
   * its output is the scores, [batch, classes].
   */
  readonly model: Model;
  /** The value of each layer's output, including the input. */
  readonly activations: ReadonlyMap<string, Lowered>;
}

/**
 * Writes a layers model as an ONNX graph that computes its logits: a softmax over all classes at the end is left out (any
 * other end stays), and batch normalizations are folded into the convolutions before them.
 * @param model whose input has a fixed size.
 * @param end "whole" for an embedding, of which nothing is left out.
 * @throws CannotLower naming a layer without a counterpart.
 * @throws UserError when the model is not a classifier.
 */
export function lowerToOnnx(model: tfl.LayersModel, end: Exclude<OtherEnd, 'cut'> = 'kept'): LoweredModel {
  return scoped(() => {
    const nodes = fuse(trace(model, lowerLayer, nothing, end), join);
    const [input] = model.inputs as [tfl.SymbolicTensor];
    const shape = input.shape.slice(1) as number[];
    const [height, width, channels] = shape;
    const dims = shape.length === 3 ? [channels, height, width] : shape;
    const build = new LayoutBuilder(opset, '');
    const image: Lowered = { value: 'image', shape, channelsFirst: shape.length === 3 };
    const values: Lowered[] = [];
    for (const { inputs, emit } of nodes) {
      const sources = inputs.map((index) => values[index] as Lowered);
      values.push(values.length === 0 ? image : emit(sources, build));
    }
    const last = values.at(-1) as Lowered;
    const classes = last.shape.reduce((product, size) => product * size, 1);
    const logits = build.reshape(build.channelsLast(last), [-1, classes]);
    return {
      activations: new Map(nodes.map(({ layer }, index) => [layer, values[index] as Lowered])),
      model: {
        graph: {
          inputs: [{ name: image.value, type: 'float32', dims: ['batch', ...(dims as number[])] }],
          outputs: [{ name: logits, type: 'float32', dims: ['batch', classes] }],
          nodes: build.nodes,
          constants: build.constants,
        },
        opsets: new Map([['', opset]]),
        metadata: new Map(),
        folder: '.',
      },
    };
  });
}

function join(first: OnnxStep, second: OnnxStep): OnnxStep | undefined {
  // In the blocked layout of convolutions, padding alone would need two changes of the layout.
  if (first.borders && second.withBorders) return second.withBorders(first.borders);
  return second.affine && first.absorb?.(second.affine);
}
