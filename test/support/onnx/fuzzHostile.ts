import type { Constant, Model } from '../../../src/models/onnx/graph/graph.ts';
import { floatConstant, intConstant } from '../../../src/models/onnx/graph/graph.ts';
import { writeModel } from '../../../src/models/onnx/graph/writeModel.ts';
import { type ModelSketch, makeModel, noise } from './makeModel.ts';

/** A file of a terabyte that lies beside each model. */
export const externalFile = 'terabyte.bin';

type Sketch = Partial<ModelSketch>;
type SketchNode = ModelSketch['nodes'][number];

const image = [1, 3, 4, 4];
const gigabyte = 2 ** 30;

/** A classifier of small images, to which something else was added. */
function classifier({ nodes = [], constants = {}, ...rest }: Sketch = {}): Model {
  return makeModel({
    input: { dims: image },
    constants: { w: { dims: [48, 4], values: noise(192) }, ...constants },
    nodes: [
      { operator: 'Flatten', inputs: ['image'], outputs: ['flat'] },
      { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
      ...nodes,
    ],
    ...rest,
  });
}

/** A classifier of images of any size. */
function sized(dims: readonly number[]): Model {
  return makeModel({
    input: { dims },
    constants: { w: { dims: [3, 4], values: noise(12) } },
    nodes: [
      { operator: 'GlobalAveragePool', inputs: ['image'], outputs: ['mean'] },
      { operator: 'Flatten', inputs: ['mean'], outputs: ['flat'] },
      { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
    ],
  });
}

/** The nodes make `huge`, and its mean is added to the scores. */
function adding(nodes: readonly SketchNode[], constants: Sketch['constants'] = {}): Model {
  return classifier({
    constants,
    nodes: [
      ...nodes,
      { operator: 'ReduceMean', inputs: ['huge'], outputs: ['mean'], attributes: { keepdims: 0 } },
      { operator: 'Add', inputs: ['scores', 'mean'], outputs: ['sum'] },
    ],
  });
}

/** So many floats, made from a few by one operator. */
function grown(operator: 'ConstantOfShape' | 'Expand' | 'Tile', floats: number): Model {
  const inputs = operator === 'ConstantOfShape' ? ['size'] : ['one', 'size'];
  return adding([{ operator, inputs, outputs: ['huge'] }], {
    size: { ints: [floats] },
    one: { dims: [1], values: [1] },
  });
}

/** A constant that says that it has so many bytes. */
function claiming(bytes: number, data: Constant['data']): Model {
  return adding([{ operator: 'Identity', inputs: ['claim'], outputs: ['huge'] }], {
    claim: { type: 'float32', dims: [bytes / 4], data },
  });
}

/** The same operator on its own result, again and again. */
function chain(operator: string, length: number, copies = 1): SketchNode[] {
  return Array.from({ length }, (_, i) => ({
    operator,
    inputs: Array(copies).fill(i === 0 ? 'scores' : `chain${i - 1}`),
    outputs: [`chain${i}`],
    ...(operator === 'Concat' ? { attributes: { axis: 1 } } : {}),
  }));
}

/** An If in a branch of an If, and so on; in bytes, since writing so deep a model takes more stack than reading it. */
function nested(depth: number): Uint8Array {
  const field = (number: number, content: Uint8Array) => {
    const length = [];
    for (let rest = content.length; length.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
      length.push((rest % 128) + (rest >= 128 ? 128 : 0));
    }
    return Buffer.concat([Uint8Array.of(8 * number + 2, ...length), content]);
  };
  // Model.graph = 7, Graph.node = 1, Node.attribute = 5, Attribute.g = 6
  let graph: Uint8Array = new Uint8Array();
  for (let i = 0; i < depth; i++) graph = field(1, field(5, field(6, graph)));
  return Buffer.concat([writeModel(classifier()), field(7, graph)]);
}

/** A convolution that pads the image by so many pixels on each side. */
function padded(pixels: number): Model {
  return adding(
    [
      {
        operator: 'Conv',
        inputs: ['image', 'kernel'],
        outputs: ['huge'],
        attributes: { pads: [pixels, pixels, pixels, pixels] },
      },
    ],
    { kernel: { dims: [1, 3, 1, 1], values: noise(3) } },
  );
}

const trillion = 1e12;
const fortyGigabytes = 1e10;

/** Models that are made to take all memory, or all time, of what opens them. */
export const hostileFiles: Readonly<Record<string, () => Model | Uint8Array>> = {
  'a terabyte of weights, without data': () => claiming(2 ** 40, new Uint8Array()),
  'a terabyte of weights, with a few bytes': () => claiming(2 ** 40, new Uint8Array(16)),
  'a shape whose product is not a number': () =>
    adding([{ operator: 'Identity', inputs: ['claim'], outputs: ['huge'] }], {
      claim: { type: 'float32', dims: Array(8).fill(2 ** 62), data: new Uint8Array(4) },
    }),
  'a thousand dimensions': () =>
    adding([{ operator: 'Identity', inputs: ['claim'], outputs: ['huge'] }], {
      claim: floatConstant([1], Array(1000).fill(1)),
    }),
  'a terabyte of weights in a file of a terabyte': () =>
    claiming(2 ** 40, { file: externalFile, offset: 0, length: 2 ** 40 }),
  'more weights than a file has': () => claiming(2 ** 43, { file: externalFile, offset: 0, length: 2 ** 43 }),
  'weights at the end of all numbers': () =>
    claiming(2 ** 20, { file: externalFile, offset: Number.MAX_SAFE_INTEGER - 1, length: 2 ** 20 }),

  ...Object.fromEntries(
    (['ConstantOfShape', 'Expand', 'Tile'] as const).flatMap((operator) => [
      [`${operator} to a trillion numbers`, () => grown(operator, trillion)],
      [`${operator} to 40 GB`, () => grown(operator, fortyGigabytes)],
      [`${operator} to 8 GB`, () => grown(operator, (8 * gigabyte) / 4)],
    ]),
  ),
  'a value that is doubled forty times': () =>
    adding([...chain('Concat', 40, 2), { operator: 'Identity', inputs: ['chain39'], outputs: ['huge'] }]),
  'a column times a row': () =>
    adding([{ operator: 'Add', inputs: ['column', 'row'], outputs: ['huge'] }], {
      column: { dims: [100_000, 1], values: noise(100_000) },
      row: { dims: [1, 100_000], values: noise(100_000) },
    }),
  'padding by a million pixels': () => padded(1e6),
  'padding by 20,000 pixels': () => padded(2e4),
  'numbers up to ten billion': () =>
    adding([{ operator: 'Range', inputs: ['from', 'to', 'step'], outputs: ['huge'] }], {
      from: floatConstant([0], []),
      to: floatConstant([1e10], []),
      step: floatConstant([1], []),
    }),
  'Resize by 100,000': () =>
    adding([{ operator: 'Resize', inputs: ['image', '', 'scales'], outputs: ['huge'] }], {
      scales: { dims: [4], values: [1, 1, 1e5, 1e5] },
    }),
  'an image of a million pixels squared': () => sized([1, 3, 1e6, 1e6]),
  'an image of 20,000 pixels squared': () => sized([1, 3, 2e4, 2e4]),
  'an image with more pixels than numbers count': () => sized([1, 3, 2 ** 52, 2 ** 52]),
  'a batch of a billion': () => sized([1e9, 3, 4, 4]),
  'a hundred million classes': () =>
    classifier({
      constants: { size: { ints: [1, 25_000_000] } },
      nodes: [{ operator: 'Tile', inputs: ['scores', 'size'], outputs: ['many'] }],
    }),

  'graphs that nest 5,000 deep': () => nested(5000),
  'two nodes that need each other': () =>
    adding([
      { operator: 'Add', inputs: ['scores', 'b'], outputs: ['a'] },
      { operator: 'Relu', inputs: ['a'], outputs: ['b'] },
      { operator: 'Identity', inputs: ['a'], outputs: ['huge'] },
    ]),
  'scores that are only handed around': () =>
    classifier({
      nodes: [
        { operator: 'Identity', inputs: ['b'], outputs: ['a'] },
        { operator: 'Identity', inputs: ['a'], outputs: ['b'] },
      ],
    }),
  'a node that needs itself': () => classifier({ nodes: [{ operator: 'Identity', inputs: ['a'], outputs: ['a'] }] }),
  'two values of one name': () =>
    classifier({
      nodes: [
        { operator: 'Relu', inputs: ['scores'], outputs: ['twice'] },
        { operator: 'Tanh', inputs: ['scores'], outputs: ['twice'] },
      ],
    }),
  'a value with the name of the image': () =>
    classifier({ nodes: [{ operator: 'Relu', inputs: ['scores'], outputs: ['image'] }] }),
  'a weight with the name of a value': () =>
    classifier({
      constants: { scores: intConstant([1]) },
      nodes: [{ operator: 'Relu', inputs: ['scores'], outputs: ['y'] }],
    }),
  'names of the language’s own objects': () =>
    classifier({ nodes: [{ operator: 'constructor', inputs: ['scores'], outputs: ['__proto__'] }] }),
  '100,000 nodes': () => classifier({ nodes: chain('Relu', 100_000) }),
  '100,000 nodes that do nothing': () => classifier({ nodes: chain('Identity', 100_000) }),
};
