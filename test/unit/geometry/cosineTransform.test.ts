import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromFrequencies } from '../../../src/geometry/cosineTransform.ts';
import { dot } from '../../../src/geometry/vector.ts';

const side = fc.integer({ min: 1, max: 7 });

describe('the inverse cosine transform', () => {
  it('gives waves of length 1 at right angles, one for each frequency and channel', () =>
    fc.assert(
      fc.property(side, side, fc.constantFrom(1, 3), (height, width, channels) => {
        const low = { height: Math.ceil(height / 2), width: Math.ceil(width / 2) };
        const count = low.height * low.width * channels;
        const waves = Array.from({ length: count }, (_, k) =>
          fromFrequencies(
            Float64Array.from({ length: count }, (_, i) => Number(i === k)),
            low,
            { height, width, channels },
          ),
        );
        for (const [i, a] of waves.entries()) {
          for (const [j, b] of waves.entries()) assert.ok(Math.abs(dot(a, b) - Number(i === j)) < 1e-9);
        }
      }),
      { numRuns: 20 },
    ));

  it('is the sum that its definition says', () => {
    const [height, width] = [3, 5];
    const amounts = Float64Array.from({ length: 4 }, (_, i) => i + 1);
    const image = fromFrequencies(amounts, { height: 2, width: 2 }, { height, width, channels: 1 });
    const wave = (size: number, x: number, k: number) =>
      Math.sqrt((k === 0 ? 1 : 2) / size) * Math.cos((Math.PI * (2 * x + 1) * k) / (2 * size));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (const [i, amount] of amounts.entries()) {
          sum += amount * wave(height, y, Math.floor(i / 2)) * wave(width, x, i % 2);
        }
        assert.ok(Math.abs((image[y * width + x] as number) - sum) < 1e-12);
      }
    }
  });
});
