import { CannotLower } from '../../../cannotLower.ts';
import type { Call, Rule } from '../call.ts';
import { type Dim, fixed, quotientOf, times } from '../dims.ts';
import { imagesIn, imagesOf } from '../windows.ts';

/** Blocks of pixels become images of their own, as dilated convolutions of old are computed. */
const spaceToBatch: Rule = (call) => {
  const { x } = call;
  const { blocks, pairs, sides, others } = blocksOf(call);
  const [images = 1] = x.dims;
  const ends = [0, 1].flatMap((end) => [
    0,
    ...blocks.map((_, axis) => pairs[2 * axis + end] as number),
    ...others.map(() => 0),
  ]);
  const padded = sides.map((size, axis) => size + (pairs[2 * axis] as number) + (pairs[2 * axis + 1] as number));
  if (padded.some((size, axis) => size % (blocks[axis] as number) !== 0))
    throw new CannotLower('its blocks do not fit');
  const small = padded.map((size, axis) => size / (blocks[axis] as number));
  const value = call.build.pad(call.plain(x), ends);
  const split = call.reshape(value, [
    images,
    ...small.flatMap((size, axis) => [size, blocks[axis] as number]),
    ...others,
  ]);
  const count = blocks.length;
  const order = [
    ...blocks.map((_, axis) => 2 * axis + 2),
    0,
    ...blocks.map((_, axis) => 2 * axis + 1),
    ...others.map((_, axis) => 2 * count + 1 + axis),
  ];
  const dims = [
    times(
      images,
      blocks.reduce((a, b) => a * b, 1),
    ),
    ...small,
    ...others,
  ];
  return { dims, type: x.type, value: call.reshape(call.build.transpose(split, order), dims) };
};

/** The inverse. */
const batchToSpace: Rule = (call) => {
  const { x, build } = call;
  const { blocks, pairs, sides, others } = blocksOf(call);
  const images = quotientOf(
    x.dims[0] as Dim,
    blocks.reduce((a, b) => a * b, 1),
  );
  if (images === undefined) throw new CannotLower('its blocks do not fit');
  const count = blocks.length;
  const split = call.reshape(call.plain(x), [...blocks, images, ...sides, ...others]);
  const order = [
    count,
    ...blocks.flatMap((_, axis) => [count + 1 + axis, axis]),
    ...others.map((_, axis) => 2 * count + 1 + axis),
  ];
  const large = sides.map((size, axis) => size * (blocks[axis] as number));
  const joined = call.reshape(build.transpose(split, order), [images, ...large, ...others]);
  const starts = large.map((_, axis) => pairs[2 * axis] as number);
  const stops = large.map((size, axis) => size - (pairs[2 * axis + 1] as number));
  const axes = large.map((_, axis) => axis + 1);
  if (stops.some((stop, axis) => stop <= (starts[axis] as number))) throw new CannotLower('it crops all');
  const dims = [images, ...stops.map((stop, axis) => stop - (starts[axis] as number)), ...others];
  return { dims, type: x.type, value: build.slice(joined, starts, stops, axes) };
};

function blocksOf(call: Call) {
  const [blocks, pairs] = [call.numbers(1), call.numbers(2)];
  const [sides, others] = [call.x.dims.slice(1, 1 + blocks.length), call.x.dims.slice(1 + blocks.length)];
  const isWhole = [...blocks, ...pairs].every((size) => Number.isSafeInteger(size) && size >= 0) && !blocks.includes(0);
  if (!isWhole || pairs.length !== 2 * blocks.length || sides.length !== blocks.length) {
    throw new CannotLower('its blocks are not those of its axes');
  }
  return { blocks, pairs, sides: fixed(sides), others: fixed(others) };
}

/** Channels become pixels of a block, or pixels channels. */
const blocked =
  (operator: 'DepthToSpace' | 'SpaceToDepth'): Rule =>
  (call) => {
    const images = imagesIn(call);
    const size = call.number('block_size');
    const isLarger = operator === 'DepthToSpace';
    const sides = images.sides.map((side) => (isLarger ? side * size : side / size)) as [number, number];
    const channels = isLarger ? images.channels / size ** 2 : images.channels * size ** 2;
    if (![...sides, channels].every((each) => Number.isSafeInteger(each) && each > 0)) {
      throw new CannotLower('its blocks do not fit');
    }
    const value = call.build.op(operator, [images.value], { blocksize: size });
    return imagesOf(call, { ...images, value, channels, sides });
  };

/** Blocks of pixels. */
export const blocks: Readonly<Record<string, Rule>> = {
  DepthToSpace: blocked('DepthToSpace'),
  SpaceToDepth: blocked('SpaceToDepth'),
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
};
