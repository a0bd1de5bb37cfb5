import type { ImageShape } from '../../../data/image.ts';
import { UserError } from '../../../userError.ts';
import { noPreprocessing, type Preprocessing } from '../../preprocessing.ts';
import { elementTypes, type Graph, type Model, type Node, type Value } from './graph.ts';
import { freePrefix, GraphBuilder } from './graphBuilder.ts';

/** A model whose one input is pixels (NHWC, RGB, float32 in [0, 1]), and whose one output is scores. */
export interface ImageModel {
  readonly model: Model;
  readonly input: ImageShape;
  /** How many images one run takes; "any" where the file does not fix it. */
  readonly batch: number | 'any';
}

/** The order of axes in which a model takes images. */
type Layout = 'NCHW' | 'NHWC';

/** How a model takes images. */
interface ImageInput {
  readonly value: Value;
  readonly layout: Layout;
  readonly shape: ImageShape;
  readonly batch: number | 'any';
}

/**
 * Puts preprocessing before a model, as nodes.
 * @param size side of the square images for a model that takes images of any size.
 * @throws UserError when the model does not take one batch of images.
 */
export function toImageModel(model: Model, preprocessing: Preprocessing, size?: number): ImageModel {
  const input = imageInputOf(model.graph, size);
  const graph = withPixels(model.graph, input, preprocessing, model.opsets.get('') ?? 0);
  return { model: { ...model, graph }, input: input.shape, batch: input.batch };
}

function imageInputOf({ inputs }: Graph, size: number | undefined): ImageInput {
  const images = inputs.filter(({ dims }) => dims === undefined || dims.length === 4);
  const [value] = images;
  if (value === undefined || images.length !== 1 || inputs.length !== 1) {
    const list = inputs.map(({ name, dims }) => `${name} [${dims?.join(', ') ?? '?'}]`).join(', ');
    throw new UserError(
      `The model takes ${list || 'nothing'}. Perturb needs a classifier that takes one batch of images.`,
    );
  }
  const dims = value.dims ?? [];
  const isColor = (dim: number | string | undefined) => dim === 1 || dim === 3;
  const layout = isColor(dims[1]) ? 'NCHW' : isColor(dims[3]) ? 'NHWC' : undefined;
  if (layout === undefined) {
    throw new UserError(
      `The model takes [${dims.join(', ')}]. Perturb needs images with 1 or 3 channels, in the second or the last axis.`,
    );
  }
  const [height, width] = layout === 'NCHW' ? dims.slice(2) : dims.slice(1, 3);
  const side = (dim: number | string | undefined) => {
    if (typeof dim === 'number' && dim > 0) return dim;
    if (size !== undefined) return size;
    throw new UserError(
      `The model takes images of any size ([${dims.join(', ')}]). State the size in "preprocessing" of this model, as "crop": 224.`,
    );
  };
  const channels = (layout === 'NCHW' ? dims[1] : dims[3]) as 1 | 3;
  const [batch] = dims;
  return {
    value,
    layout,
    shape: { height: side(height), width: side(width), channels },
    batch: typeof batch === 'number' && batch > 0 ? batch : 'any',
  };
}

/** Nodes that make the model's input out of pixels. */
function withPixels(
  graph: Graph,
  { value, layout, shape: { height, width, channels }, batch }: ImageInput,
  preprocessing: Preprocessing,
  opset: number,
): Graph {
  const build = new GraphBuilder(opset, freePrefix(graph, 'pixels'));
  const { mean, std } = preprocessing;
  const images = build.name('images');
  let x = images;
  if (preprocessing.channels === 'bgr' && channels === 3)
    x = build.op('Gather', [x, build.ints([2, 1, 0])], { axis: 3 });
  if (differs(mean, noPreprocessing.mean, channels)) x = build.sub(x, build.floats(mean.slice(0, channels)));
  if (differs(std, noPreprocessing.std, channels)) x = build.div(x, build.floats(std.slice(0, channels)));
  if (layout === 'NCHW') x = build.transpose(x, [0, 3, 1, 2]);
  const { type = 'float32' } = value;
  if (type === 'uint8') x = build.op('Round', [build.mul(x, build.floats(255))]);
  if (type !== 'float32') x = build.op('Cast', [x], { to: elementTypes[type] });
  const nodes: Node[] = [
    ...build.nodes,
    { operator: 'Identity', domain: '', inputs: [x], outputs: [value.name], attributes: {} },
  ];
  return {
    ...graph,
    inputs: [{ name: images, type: 'float32', dims: [batch === 'any' ? 'batch' : batch, height, width, channels] }],
    nodes: [...nodes, ...graph.nodes],
    constants: new Map([...graph.constants, ...build.constants]),
  };
}

function differs(a: readonly number[], b: readonly number[], channels: number): boolean {
  return a.slice(0, channels).some((value, channel) => value !== b[channel]);
}
