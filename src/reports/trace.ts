import { roundedToGrid } from '../data/grid.ts';
import type { ImageShape, Pixels } from '../data/image.ts';
import { distances } from '../geometry/norms.ts';
import type { Step } from '../runner/recorder.ts';
import type { Trace } from './report.ts';

/** All steps in one nearly square picture, so that neither side exceeds the maximum image size. */
export function contactSheet(
  steps: readonly Step[],
  shape: ImageShape,
): { sheet: Pixels; shape: ImageShape; columns: number } {
  const columns = Math.ceil(Math.sqrt(steps.length));
  const rows = Math.ceil(steps.length / columns);
  const [lineLength, width] = [shape.width * shape.channels, columns * shape.width];
  const sheet = new Float32Array(rows * shape.height * width * shape.channels);
  for (const [index, { point }] of steps.entries()) {
    const [row, column] = [Math.floor(index / columns), index % columns];
    for (let y = 0; y < shape.height; y++) {
      const line = point.subarray(y * lineLength, (y + 1) * lineLength);
      // What left the range on its way is shown at the edge of it.
      sheet.set(roundedToGrid(line), ((row * shape.height + y) * width + column * shape.width) * shape.channels);
    }
  }
  return { sheet, shape: { height: rows * shape.height, width, channels: shape.channels }, columns };
}

/** Position, logits, and norms of each step, next to its picture. */
export function describeSteps(image: Pixels, steps: readonly Step[], shape: ImageShape): Trace['steps'] {
  return steps.map(({ at, point, logits }) => ({
    at,
    // float32 has no more than seven significant digits.
    logits: Array.from(logits, (value) => Number(value.toPrecision(7))),
    norms: distances(image, point, shape.channels),
  }));
}
