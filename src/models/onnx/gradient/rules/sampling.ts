import { elementCount, intAttribute, intConstant, type Node, stringAttribute } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graphBuilder.ts';
import { NotDifferentiable, type Rule } from '../rule.ts';

/** Sampling an image at positions that may depend on the image themselves (Jaderberg et al. 2015, ch. 3.2 and 3.3). */
export const sampling: Readonly<Record<string, Rule>> = {
  /**
   * y = Σ pixel × weight over the pixels around a position, where the weight is a product over the axes. Pixels beyond
   * the border are repeated or mirrored one by one, which gives the same sums as moving the position.
   */
  GridSample: ({ node, dy, inputs: [x = '', grid = ''], wanted, shape, build }) => {
    const [images = 1, channels = 1, ...sides] = shape(x);
    const places = elementCount(shape(grid).slice(1, -1));
    const gradients = build.reshape(dy, [images, channels, places]);
    const rows = [images, channels, elementCount(sides)];
    const pixels = build.reshape(x, rows);
    const taps = sides.map((size, axis) => {
      // The grid counts axes from the last one.
      const from = sides.length - 1 - axis;
      const positions = build.slice(grid, [from], [from + 1], [sides.length + 1]);
      return tapsOf(build.reshape(positions, [images, 1, places]), size, node, build);
    });
    const isSmooth = taps.every((along) => along.every(({ slope }) => slope !== undefined));
    let dx = build.zeros(rows);
    const along: (string | undefined)[] = sides.map(() => undefined);
    for (const corner of combinations(taps)) {
      const index = corner
        .map((tap) => tap.index)
        .reduce((sum, next, axis) => build.add(scaled(sum, sides[axis]), next));
      const where = build.expand(index, [images, channels, places]);
      if (wanted[0]) {
        const part = times(
          gradients,
          corner.map(({ weight }) => weight),
        );
        dx = build.op('ScatterElements', [dx, where, part], { axis: 2, reduction: 'add' });
      }
      if (!wanted[1] || !isSmooth) continue;
      const found = build.op('GatherElements', [pixels, where], { axis: 2 });
      const share = build.reduceSum(build.mul(gradients, found), [1], true);
      for (const axis of sides.keys()) {
        const part = times(
          share,
          corner.map(({ weight, slope }, other) => (other === axis ? slope : weight)),
        );
        const before = along[axis];
        along[axis] = before === undefined ? part : build.add(before, part);
      }
    }
    const parts = along.flatMap((part) => (part === undefined ? [] : [build.reshape(part, [images, places, 1])]));
    return [
      wanted[0] ? build.reshape(dx, shape(x)) : undefined,
      parts.length > 0 ? build.reshape(build.op('Concat', parts.reverse(), { axis: 2 }), shape(grid)) : undefined,
    ];

    function scaled(value: string, size = 1): string {
      return build.op('Mul', [value, integer(size, build)]);
    }
    function times(value: string, factors: readonly (string | undefined)[]): string {
      return factors.reduce<string>(
        (product, factor) => (factor === undefined ? product : build.mul(product, factor)),
        value,
      );
    }
  },
  /** A position is θ times (its position in the identity grid, which the operator gives for the identity, and 1). */
  AffineGrid: ({ node, dy, inputs: [, size], outputs: [y = ''], shape, numbers, build }) => {
    const sizes = numbers(size);
    if (sizes === undefined) throw new NotDifferentiable('its size is not known in advance');
    const rank = sizes.length - 2;
    const places = elementCount(sizes.slice(2));
    const identity = Array.from({ length: rank * (rank + 1) }, (_, i) => (i % (rank + 2) === 0 ? 1 : 0));
    const { align_corners: corners = { kind: 'int', value: 0 } as const } = node.attributes;
    const one = build.floats(identity, [1, rank, rank + 1]);
    const plain = build.op('AffineGrid', [one, build.ints(sizes.with(0, 1))], { align_corners: corners });
    const ones = build.expand(build.floats(1), [places, 1]);
    const known = build.op('Concat', [build.reshape(plain, [places, rank]), ones], { axis: 1 });
    const rows = build.reshape(dy, [shape(y)[0] as number, places, rank]);
    return [build.op('MatMul', [build.transpose(rows, [0, 2, 1]), known])];
  },
};

/** A pixel that contributes to samples, along one axis. */
interface Tap {
  /** Its position in the image, for each sample. */
  readonly index: string;
  /** Its weight in a sample; 1 if missing. */
  readonly weight: string | undefined;
  /** The derivative of the weight with respect to the grid coordinate; missing if it has none. */
  readonly slope: string | undefined;
}

/** Coefficient of the cubic kernel (Keys 1981, equation 4), which the standard fixes. */
const a = -0.75;

/**
 * For each mode the weights of pixels, by their distance from the first, as polynomials in t, the fractional part of
 * the position.
 */
const kernels: Readonly<Record<string, Readonly<Record<number, readonly number[]>>>> = {
  nearest: { 0: [1] },
  linear: { 0: [1, -1], 1: [0, 1] },
  cubic: {
    [-1]: [0, a, -2 * a, a],
    0: [1, 0, -(a + 3), a + 2],
    1: [0, -a, 2 * a + 3, -(a + 2)],
    2: [0, 0, a, -a],
  },
};

/** @param grid positions from −1 to 1. */
function tapsOf(grid: string, size: number, node: Node, build: GraphBuilder): Tap[] {
  const aligned = intAttribute(node, 'align_corners', 0) === 1;
  // Before version 20, the names of modes are those for two axes.
  const mode = stringAttribute(node, 'mode', 'linear').replace(/^bi/, '');
  const padding = stringAttribute(node, 'padding_mode', 'zeros');
  const kernel = kernels[mode];
  if (kernel === undefined) throw new NotDifferentiable(`its mode is "${mode}"`);
  const unit = (aligned ? size - 1 : size) / 2;
  const position = build.add(build.scale(grid, unit), build.floats((size - 1) / 2));
  const first = build.op(mode === 'nearest' ? 'Round' : 'Floor', [position]);
  const t = build.sub(position, first);
  const start = build.op('Cast', [first], { to: 7 });
  return Object.entries(kernel).map(([distance, weights]): Tap => {
    const index = build.add(start, integer(Number(distance), build));
    const slopes = weights.slice(1).map((weight, power) => unit * (power + 1) * weight);
    const weight = weights.length > 1 ? polynomialOf(weights, t, build) : undefined;
    const slope = polynomialOf(slopes, t, build);
    if (padding !== 'zeros') {
      const inside = padding === 'border' ? clamped(index, size, build) : mirrored(index, size, aligned, build);
      return { index: inside, weight, slope };
    }
    const within = [
      build.op('GreaterOrEqual', [index, integer(0, build)]),
      build.op('Less', [index, integer(size, build)]),
    ];
    const mask = build.mask(build.op('And', within));
    const masked = (value: string | undefined) => (value === undefined ? undefined : build.mul(value, mask));
    return { index: clamped(index, size, build), weight: masked(weight) ?? mask, slope: masked(slope) };
  });
}

/** Σ coefficientₙ tⁿ; undefined without coefficients. */
function polynomialOf(coefficients: readonly number[], t: string, build: GraphBuilder): string | undefined {
  const [last, ...lower] = coefficients.toReversed();
  if (last === undefined) return undefined;
  return lower.reduce<string>(
    (sum, coefficient) => build.add(build.mul(sum, t), build.floats(coefficient)),
    build.floats(last),
  );
}

function clamped(index: string, size: number, build: GraphBuilder): string {
  return build.op('Clip', [index, integer(0, build), integer(size - 1, build)]);
}

/** Mirrored at the centers of the outermost pixels, or at their outer edges. */
function mirrored(index: string, size: number, atCenters: boolean, build: GraphBuilder): string {
  const turn = atCenters ? 2 * (size - 1) : 2 * size - 1;
  const period = atCenters ? Math.max(1, turn) : 2 * size;
  const inPeriod = build.op('Mod', [index, integer(period, build)]);
  const isBeyond = build.op('Less', [integer(size - 1, build), inPeriod]);
  return build.where(isBeyond, build.sub(integer(turn, build), inPeriod), inPeriod);
}

function integer(value: number, build: GraphBuilder): string {
  return build.constant(intConstant([value], []));
}

/** Every way to take one element of each list. */
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((found, list) => found.flatMap((taken) => list.map((each) => [...taken, each])), [[]]);
}
