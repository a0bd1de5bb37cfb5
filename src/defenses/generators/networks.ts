import * as tfl from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../../data/image.ts';

const { layers } = tfl;

type Value = tfl.SymbolicTensor;

/** Chains layers: each is applied to what the one before gives. */
function chain(x: Value, ...stages: readonly tfl.layers.Layer[]): Value {
  return stages.reduce((value, layer) => layer.apply(value) as Value, x);
}

const convolution = (filters: number, strides = 1) =>
  layers.conv2d({ filters, kernelSize: 3, strides, padding: 'same' });
const transposed = (filters: number, kernelSize = 3) =>
  layers.conv2dTranspose({ filters, kernelSize, strides: 2, padding: 'same' });
const normalized = () => layers.batchNormalization({ momentum: 0.9 });
const rectified = () => layers.activation({ activation: 'relu' });

/**
 * A network from an image to numbers of any size in the same shape: three convolutions that halve it twice, four residual
 * blocks, and two transposed convolutions (Xiao et al. 2018, arXiv:1801.02610, section 4: the architecture of Johnson et
 * al. 2016, at the widths of the authors' code for MNIST; with batch normalization for instance normalization).
 */
export function imageToImage({ height, width, channels }: ImageShape): tfl.LayersModel {
  const image = tfl.input({ shape: [height, width, channels], name: 'image' });
  let x = image as Value;
  for (const [filters, strides] of [
    [8, 1],
    [16, 2],
    [32, 2],
  ] as const) {
    x = chain(x, convolution(filters, strides), normalized(), rectified());
  }
  for (let block = 0; block < 4; block++) {
    const inner = chain(x, convolution(32), normalized(), rectified(), convolution(32), normalized());
    x = layers.add().apply([x, inner]) as Value;
  }
  for (const filters of [16, 8]) x = chain(x, transposed(filters), normalized(), rectified());
  x = chain(x, convolution(channels));
  return tfl.model({ name: 'generator', inputs: image, outputs: cropped(x, height, width) });
}

/**
 * A network from so many numbers to an image, whose values may be of any size: it begins with a quarter of the sides, and
 * doubles them twice by transposed convolutions (Radford, Metz & Chintala 2016, arXiv:1511.06434, figure 1, for small images).
 */
export function vectorToImage(numbers: number, { height, width, channels }: ImageShape): tfl.LayersModel {
  const vector = tfl.input({ shape: [numbers], name: 'vector' });
  const [rows, columns, filters] = [Math.ceil(height / 4), Math.ceil(width / 4), 64];
  const x = chain(
    vector,
    layers.dense({ units: rows * columns * filters }),
    layers.reshape({ targetShape: [rows, columns, filters] }),
    normalized(),
    rectified(),
    transposed(filters / 2, 4),
    normalized(),
    rectified(),
    transposed(channels, 4),
  );
  return tfl.model({ name: 'generator', inputs: vector, outputs: cropped(x, height, width) });
}

/** Images without the rows and columns at the end that are too many. */
function cropped(x: Value, height: number, width: number): Value {
  const [, rows = height, columns = width] = x.shape as number[];
  if (rows === height && columns === width) return x;
  const [bottom, right] = [rows - height, columns - width];
  return chain(
    x,
    layers.cropping2D({
      cropping: [
        [0, bottom],
        [0, right],
      ],
    }),
  );
}

/** A network from an image to a number that says whether it is a real one: convolutions that halve it, one for each number of filters. */
export function imageCritic(shape: ImageShape, filters: readonly number[]): tfl.LayersModel {
  return criticOf(shape, filters, 1);
}

/**
 * Such a network that is told the class: its first number is for any class, and the one of the class is to be added to it
 * (Miyato & Koyama 2018, arXiv:1802.05637, equation 4).
 */
export function classCritic(shape: ImageShape, classes: number): tfl.LayersModel {
  return criticOf(shape, [32, 64], 1 + classes);
}

function criticOf({ height, width, channels }: ImageShape, filters: readonly number[], units: number): tfl.LayersModel {
  const image = tfl.input({ shape: [height, width, channels], name: 'image' });
  let x = image as Value;
  for (const each of filters) x = chain(x, convolution(each, 2), layers.leakyReLU({ alpha: 0.2 }));
  const verdict = chain(x, layers.flatten(), layers.dense({ units }));
  return tfl.model({ name: 'critic', inputs: image, outputs: verdict });
}
