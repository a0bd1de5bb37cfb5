import { intAttribute, stringAttribute } from '../../../../src/models/onnx/graph/graph.ts';
import type { Operator } from './operator.ts';
import { at, fill, given, indices, list, type Tensor } from './tensor.ts';

/** A pixel of an image, or of what is around it. */
function pixel(
  x: Tensor,
  [n = 0, c = 0]: readonly number[],
  position: readonly number[],
  padding: string,
  aligned: boolean,
) {
  const sides = x.dims.slice(2);
  const isOutside = position.some((i, axis) => i < 0 || i >= (sides[axis] as number));
  if (isOutside && padding === 'zeros') return 0;
  const inside = position.map((i, axis) => {
    const size = sides[axis] as number;
    return padding === 'border' ? Math.min(Math.max(i, 0), size - 1) : mirror(i, size, aligned);
  });
  return at(x, [n, c, ...inside]);
}

/** Thrown back from either border until it is inside. */
function mirror(i: number, size: number, aligned: boolean): number {
  if (size === 1) return 0;
  const [low, high] = aligned ? [0, 2 * (size - 1)] : [-1, 2 * size - 1];
  let inside = i;
  while (inside < 0 || inside >= size) inside = inside < 0 ? low - inside : high - inside;
  return inside;
}

/** The cubic convolution of Keys, as the standard has it. */
function cubic(distance: number): number {
  const [d, a] = [Math.abs(distance), -0.75];
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
}

const linear = (distance: number) => Math.max(0, 1 - Math.abs(distance));

export const sampling: Readonly<Record<string, Operator>> = {
  GridSample: ([input, positions], node) => {
    const [x, grid] = [given(input), given(positions)];
    const aligned = intAttribute(node, 'align_corners', 0) === 1;
    const mode = stringAttribute(node, 'mode', 'linear').replace(/^bi/, '');
    const padding = stringAttribute(node, 'padding_mode', 'zeros');
    const [images = 0, channels = 0, ...sides] = x.dims;
    return [
      fill([images, channels, ...grid.dims.slice(1, -1)], ([n = 0, c = 0, ...place]) => {
        const position = sides.map((size, axis) => {
          const g = at(grid, [n, ...place, sides.length - 1 - axis]);
          return aligned ? ((g + 1) / 2) * (size - 1) : ((g + 1) * size - 1) / 2;
        });
        if (mode === 'nearest') return pixel(x, [n, c], position.map(Math.round), padding, aligned);
        const weight = mode === 'cubic' ? cubic : linear;
        let sum = 0;
        for (const step of indices(sides.map(() => 4))) {
          const tap = step.map((k, axis) => Math.floor(position[axis] as number) - 1 + k);
          const share = tap.reduce((product, i, axis) => product * weight((position[axis] as number) - i), 1);
          if (share !== 0) sum += share * pixel(x, [n, c], tap, padding, aligned);
        }
        return sum;
      }),
    ];
  },
  AffineGrid: ([input, size], node) => {
    const theta = given(input);
    const aligned = intAttribute(node, 'align_corners', 0) === 1;
    const [images = 0, , ...sides] = list(size) ?? [];
    const rank = sides.length;
    return [
      fill([images, ...sides, rank], ([n = 0, ...rest]) => {
        const [place, row] = [rest.slice(0, rank), rest[rank] as number];
        const plain = place.map((i, axis) => {
          const count = sides[axis] as number;
          return aligned ? (count === 1 ? 0 : (2 * i) / (count - 1) - 1) : (2 * i + 1) / count - 1;
        });
        return [...plain.reverse(), 1].reduce((sum, value, column) => sum + value * at(theta, [n, row, column]), 0);
      }),
    ];
  },
};
