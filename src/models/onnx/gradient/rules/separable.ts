import type { GraphBuilder } from '../../graph/graphBuilder.ts';

/**
 * The gradient of an operator that maps each axis linearly by itself, as averaging and resizing do: where y = M x along an
 * axis, dx = Mᵀ dy. The operator makes Mᵀ itself, row by row, when it is given the unit vectors: so the gradient agrees
 * with it in whatever it does about pads and rounding. ONNX Runtime computes Mᵀ once, when it loads the model.
 * @param large the operator's input dimensions.
 * @param small those of its output.
 * @param maps for each axis that is mapped, what the operator makes of the rows of an identity matrix.
 */
export function mapBack(
  dy: string,
  large: readonly number[],
  small: readonly number[],
  maps: ReadonlyMap<number, (identity: string) => string>,
  build: GraphBuilder,
): string {
  const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
  const dims = [...small];
  let dx = dy;
  // The last axis first, while there are fewest rows: its product takes them all at once.
  for (const [axis, map] of [...maps].reverse()) {
    const size = large[axis] as number;
    const transposed = map(build.op('EyeLike', [build.zeros([size, size])]));
    if (axis === large.length - 1) {
      dx = build.op('MatMul', [dx, build.transpose(transposed, [1, 0])]);
    } else {
      const rows = [product(dims.slice(0, axis)), dims[axis] as number, product(dims.slice(axis + 1))];
      dx = build.op('MatMul', [transposed, build.reshape(dx, rows)]);
    }
    dims[axis] = size;
    dx = build.reshape(dx, dims);
  }
  return dx;
}
