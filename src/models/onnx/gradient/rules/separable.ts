import type { GraphBuilder } from '../../graph/graphBuilder.ts';

/**
 * The gradient of an operator that maps each axis linearly and separately, as averaging and resizing do: if y = M x
 * along an axis, dx = Mᵀ dy. The operator itself computes Mᵀ, row by row, from the unit vectors, so the gradient agrees
 * with it in padding and rounding. ONNX Runtime computes Mᵀ once, when it loads the model.
 * @param large the operator's input dimensions.
 * @param small those of its output.
 * @param maps for each mapped axis, what the operator makes of the rows of an identity matrix.
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
  // The last axis first, while there are fewest rows: its product handles all at once.
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
