import type { ImageShape } from '../../../data/image.ts';
import { UserError } from '../../../userError.ts';
import { noPreprocessing, type Preprocessing } from '../../preprocessing.ts';
import { type ElementType, elementTypes, type Graph, type Model, type Node, type Value } from './graph.ts';
import { freePrefix, GraphBuilder } from './graphBuilder.ts';
import { type ImageInput, imageInputOf, type StatedInput } from './imageInput.ts';
import { inFloats } from './wholeNumbers.ts';

/** A model whose one input is pixels (NHWC, RGB, float32 in [0, 1], unless `inLevels`), and whose one output is scores. */
export interface ImageModel {
  readonly model: Model;
  readonly input: ImageShape;
  /** How many images one run takes; "any" if the file does not fix it. */
  readonly batch: number | 'any';
  /**
   * True for a model that takes whole gray levels from 0 to 255: its input is then these, as float32, not pixels in [0,
   * 1]. Rounding happens before the graph, so that it does not block the gradient.
   */
  readonly inLevels: boolean;
  /** False if its integer arithmetic hides its gradient. */
  readonly isSmooth: boolean;
}

/**
 * Adds preprocessing before a model, as nodes.
 * @param stated what the settings say about the images.
 * @throws UserError when the model does not take one batch of images, or takes gray levels that should be normalized.
 */
export function toImageModel(model: Model, preprocessing: Preprocessing, stated: StatedInput = {}): ImageModel {
  const input = imageInputOf(model.graph, stated);
  checkType(input.value);
  const inLevels = isInteger(input.value.type);
  const smooth = inLevels ? inFloats(model.graph, input.value.name) : model.graph;
  const isSmooth = smooth !== undefined;
  const used = smooth ?? model.graph;
  const graph = withPixels(used, input, inLevels ? ofLevels(preprocessing) : preprocessing, isSmooth, model);
  return { model: { ...model, graph }, input: input.shape, batch: input.batch, inLevels, isSmooth };
}

/** Integer types that hold all gray levels. */
const levelTypes: readonly (ElementType | undefined)[] = [
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
];

function isInteger(type: ElementType | undefined): boolean {
  return levelTypes.includes(type);
}

const floatTypes: readonly (ElementType | undefined)[] = [undefined, 'float32', 'float16', 'float64', 'bfloat16'];

/** Pixels that are converted to any other type are no longer told apart, or wrap around. */
function checkType({ name, type }: Value): void {
  if (floatTypes.includes(type) || isInteger(type)) return;
  throw new UserError(
    `The model takes ${name} as ${type}, which holds neither pixels from 0 to 1 nor gray levels from 0 to 255. Export it so that it takes float32 or uint8.`,
  );
}

/** Preprocessing left for gray levels: only the channel order. */
function ofLevels(preprocessing: Preprocessing): Preprocessing {
  const { mean, std, channels } = preprocessing;
  const isPlain =
    mean.every((value) => value === 0) && std.every((value) => value === 1 || Math.abs(255 * value - 1) < 1e-6);
  if (!isPlain) {
    throw new UserError(
      'The model takes whole gray levels from 0 to 255, which cannot be normalized. Set "mean": 0 and "std": 1 in "preprocessing" of this model, or remove it.',
    );
  }
  return { ...noPreprocessing, channels };
}

/** Nodes that compute the model's input from pixels. */
function withPixels(
  graph: Graph,
  { value, layout, shape: { height, width, channels }, batch, dims }: ImageInput,
  preprocessing: Preprocessing,
  isSmooth: boolean,
  { opsets }: Model,
): Graph {
  const build = new GraphBuilder(opsets.get('') ?? 0, freePrefix(graph, 'pixels'));
  const { mean, std } = preprocessing;
  const images = build.name('images');
  let x = images;
  if (preprocessing.channels === 'bgr' && channels === 3)
    x = build.op('Gather', [x, build.ints([2, 1, 0])], { axis: 3 });
  if (differs(mean, noPreprocessing.mean, channels)) x = build.sub(x, build.floats(mean.slice(0, channels)));
  if (differs(std, noPreprocessing.std, channels)) x = build.div(x, build.floats(std.slice(0, channels)));
  if (layout === 'NCHW') x = build.transpose(x, [0, 3, 1, 2]);
  if (dims !== undefined) x = build.reshape(x, dims);
  const { type = 'float32' } = value;
  const isTaken = type === 'float32' || (isInteger(type) && isSmooth);
  if (!isTaken) x = build.op('Cast', [x], { to: elementTypes[type] });
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
