import * as tf from '@tensorflow/tfjs-core';
import { initializers, input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Pixels } from '../../src/data/image.ts';
import { type ModelSketch, makeModel } from '../support/onnx/makeModel.ts';
import { type Collection, imageShape } from './images.ts';
import { oneHot, toTensor, trainNetwork } from './measure.ts';

type Nodes = ModelSketch['nodes'][number][];
type Constants = NonNullable<ModelSketch['constants']>;

/** What is done to a value on its way, and the constants that it takes; it ends in `${from}'`. */
interface Detour {
  readonly nodes: (from: string) => Nodes;
  readonly constants?: Constants;
}

/** How a network is made to hide its gradients, and how the twin is trained that it is made of. */
export interface Mask {
  readonly name: string;
  readonly input?: Detour;
  /** After each of the two convolutions, in place of a rectifier. */
  readonly hidden?: Detour;
  readonly ending?: Detour;
  /** The logits are the mean of two networks, each through the ending. */
  readonly voters?: 2;
  /** What is added to every value at most, and drawn anew for every question. */
  readonly noise?: number;
  readonly training?: TrainingChoice;
}

interface TrainingChoice {
  /** What the images are made of before the network sees them. */
  readonly see?: (value: number) => number;
  readonly activation?: 'relu' | 'hardSigmoid' | { readonly maxValue: number };
  /** Of the weights at the start. */
  readonly scale?: number;
  /** Softmax temperature at which a teacher's predictions are learned (Papernot et al. 2016, arXiv:1511.04508). */
  readonly distilledAt?: number;
}

const scalar = (value: number) => ({ dims: [] as number[], values: [value] });
const chain =
  (...steps: readonly (readonly [operator: string, ...constants: string[]])[]) =>
  (from: string): Nodes =>
    steps.map(([operator, ...others], i) => ({
      operator,
      inputs: [i === 0 ? from : `${from}.${i}`, ...others],
      outputs: [i === steps.length - 1 ? `${from}'` : `${from}.${i + 1}`],
    }));
const times = (factor: number): Detour => ({
  nodes: chain(['Mul', 'factor']),
  constants: { factor: scalar(factor) },
});
const rounded = (steps: number): Detour => ({
  nodes: chain(['Relu'], ['Mul', 'steps'], ['Round'], ['Div', 'steps']),
  constants: { steps: scalar(steps) },
});
const relu: Detour = { nodes: chain(['Relu']) };
const brightness = 0.3;

/** Ways to hide gradients, from papers and from careless exports. */
export const masks: readonly Mask[] = [
  { name: 'none: the plain twin' },
  { name: 'logits × 100', ending: times(100) },
  { name: 'logits × 1000', ending: times(1000) },
  {
    name: 'soft voting of two networks',
    ending: { nodes: chain(['Mul', 'factor'], ['Softmax']), constants: { factor: scalar(20) } },
    voters: 2,
  },
  {
    name: 'softmax of Exp, ReduceSum and Div',
    ending: {
      nodes: (from) => [
        ...chain(
          ['Mul', 'factor'],
          ['Exp'],
        )(from).map((node, i) => (i === 1 ? { ...node, outputs: ['powers'] } : node)),
        { operator: 'ReduceSum', inputs: ['powers', 'axes'], outputs: ['total'] },
        { operator: 'Div', inputs: ['powers', 'total'], outputs: [`${from}'`] },
      ],
      constants: { factor: scalar(3), axes: { ints: [1] } },
    },
  },
  { name: 'rounded activations', hidden: rounded(4) },
  { name: 'noise in the forward pass', noise: 0.2 },
  {
    name: 'activations clipped at a low bound',
    hidden: { nodes: chain(['Clip', 'low', 'high']), constants: { low: scalar(0), high: scalar(0.05) } },
    training: { activation: { maxValue: 0.05 } },
  },
  {
    name: 'input of 2 bits',
    input: { nodes: chain(['Mul', 'levels'], ['Round'], ['Div', 'levels']), constants: { levels: scalar(3) } },
  },
  {
    // x + sin(200 x) / 50: the slope goes from −3 to 5 within four gray levels.
    name: 'ripples in the input',
    input: {
      nodes: (from) => [
        ...chain(
          ['Mul', 'frequency'],
          ['Sin'],
          ['Mul', 'height'],
        )(from).map((node, i) => (i === 2 ? { ...node, outputs: ['ripple'] } : node)),
        { operator: 'Add', inputs: [from, 'ripple'], outputs: [`${from}'`] },
      ],
      constants: { frequency: scalar(200), height: scalar(0.02) },
    },
  },
  {
    name: 'input of 2 bits, less a thousandth of it',
    input: {
      nodes: (from) => [
        ...chain(
          ['Mul', 'levels'],
          ['Round'],
          ['Div', 'levels'],
        )(from).map((node, i) => (i === 2 ? { ...node, outputs: ['steps'] } : node)),
        { operator: 'Mul', inputs: [from, 'part'], outputs: ['slope'] },
        { operator: 'Sub', inputs: ['steps', 'slope'], outputs: [`${from}'`] },
      ],
      constants: { levels: scalar(3), part: scalar(1e-3) },
    },
  },
  { name: 'defensive distillation, temperature 100', training: { distilledAt: 100 } },
  {
    name: 'sign of the input',
    input: { nodes: chain(['Sub', 'middle'], ['Sign']), constants: { middle: scalar(brightness) } },
    training: { see: (value) => Math.sign(value - brightness) },
  },
  {
    name: 'saturated hard sigmoids',
    hidden: { nodes: (from) => [{ operator: 'HardSigmoid', inputs: [from], outputs: [`${from}'`] }] },
    training: { activation: 'hardSigmoid', scale: 100 },
  },
];

/** Weights of two convolutions and a dense layer, each with its bias. */
export type Weights = readonly { readonly shape: readonly number[]; readonly data: Float32Array }[];

/** Trains the twin that a mask needs. @returns its weights. */
export async function trainTwin({ training = {} }: Mask, collection: Collection, seed: number): Promise<Weights> {
  const { see, distilledAt: temperature = 1 } = training;
  const images = see ? collection.images.map((image): Pixels => image.map(see)) : collection.images;
  const labels = oneHot(collection.labels);
  const network = build(training, seed);
  const loss = (targets: tf.Tensor, logits: tf.Tensor) =>
    tf.losses.softmaxCrossEntropy(targets, tf.div(logits, temperature));
  if (temperature === 1) await trainNetwork(network, images, labels, epochs, loss);
  else {
    const teacher = build(training, seed + 10);
    await trainNetwork(teacher, images, labels, 2 * epochs, loss);
    const soft = tf.tidy(() => {
      const logits = teacher.predict(toTensor(images), { batchSize: 256 }) as tf.Tensor2D;
      return tf.softmax(tf.div(logits, temperature)) as tf.Tensor2D;
    });
    await trainNetwork(network, images, soft, 2 * epochs, loss);
    soft.dispose();
  }
  labels.dispose();
  return network.getWeights().map((weight) => ({ shape: weight.shape, data: weight.dataSync() as Float32Array }));
}

const epochs = 3;

function build({ activation = 'relu', scale = 1 }: TrainingChoice, seed: number): LayersModel {
  const initializer = (k: number) => initializers.varianceScaling({ scale, seed: seed + k });
  const { height, width, channels } = imageShape;
  const image = input({ shape: [height, width, channels] });
  const act = () =>
    typeof activation === 'string' ? layers.activation({ activation }) : layers.reLU({ maxValue: activation.maxValue });
  const convolution = (filters: number, k: number) =>
    layers.conv2d({ filters, kernelSize: 3, strides: 2, padding: 'same', kernelInitializer: initializer(k) });
  const steps = [
    convolution(8, 1),
    act(),
    convolution(16, 2),
    act(),
    layers.flatten(),
    layers.dense({ units: 10, kernelInitializer: initializers.glorotUniform({ seed: seed + 3 }) }),
  ];
  const outputs = steps.reduce((x, step) => step.apply(x) as SymbolicTensor, image);
  return model({ inputs: image, outputs });
}

/** The masked network as an ONNX model. @param twins as many as there are voters. */
export function maskedModel({ input, hidden = relu, ending, voters }: Mask, twins: readonly Weights[]) {
  const { height, width, channels } = imageShape;
  const nodes: Nodes = [...(input?.nodes('image') ?? [])];
  const constants: Record<string, Constants[string]> = {};
  for (const part of [input, hidden, ending]) Object.assign(constants, part?.constants);
  const votes = twins.map((weights, voter) => {
    const own = (name: string) => `${name}${voter}`;
    const [k1, b1, k2, b2, dense, bias] = weights as unknown as [
      Weights[0],
      Weights[0],
      Weights[0],
      Weights[0],
      Weights[0],
      Weights[0],
    ];
    for (const [name, { shape, data }] of Object.entries({
      k1: transposed(k1),
      b1,
      k2: transposed(k2),
      b2,
      dense,
      bias,
    }))
      constants[own(name)] = { dims: shape, values: data };
    const convolution = (x: string, kernel: string, bias: string, y: string): Nodes => [
      {
        operator: 'Conv',
        inputs: [x, own(kernel), own(bias)],
        outputs: [y],
        attributes: { strides: [2, 2], pads: [0, 0, 1, 1] },
      },
      ...hidden.nodes(y),
    ];
    nodes.push(
      ...convolution(input ? "image'" : 'image', 'k1', 'b1', own('first')),
      ...convolution(`${own('first')}'`, 'k2', 'b2', own('second')),
      {
        operator: 'Transpose',
        inputs: [`${own('second')}'`],
        outputs: [own('places')],
        attributes: { perm: [0, 2, 3, 1] },
      },
      { operator: 'Flatten', inputs: [own('places')], outputs: [own('flat')] },
      { operator: 'MatMul', inputs: [own('flat'), own('dense')], outputs: [own('product')] },
      { operator: 'Add', inputs: [own('product'), own('bias')], outputs: [own('logits')] },
      ...(ending?.nodes(own('logits')) ?? []),
    );
    return ending ? `${own('logits')}'` : own('logits');
  });
  if (voters !== undefined) nodes.push({ operator: 'Mean', inputs: votes, outputs: ['mean'] });
  return makeModel({ input: { dims: ['batch', channels, height, width] }, constants, nodes });
}

/** [height, width, in, out] to [out, in, height, width]. */
function transposed({ shape, data }: Weights[0]): Weights[0] {
  const [h, w, i, o] = shape as [number, number, number, number];
  const result = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const [out, inside, place] = [at % o, Math.floor(at / o) % i, Math.floor(at / (o * i))];
    result[(out * i + inside) * h * w + place] = data[at] as number;
  }
  return { shape: [o, i, h, w], data: result };
}
