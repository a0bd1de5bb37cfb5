import assert from 'node:assert/strict';
import fc from 'fast-check';
import { distances } from '../../../src/geometry/norms.ts';
import { copyPixel, keepPixels } from '../../../src/geometry/pixels.ts';
import { clip } from '../../../src/geometry/range.ts';

describe('pixels of several channels', () => {
  it('are copied whole', () => {
    const to = Float32Array.of(0, 0, 0, 0, 0, 0);
    copyPixel(to, [1, 2, 3, 4, 5, 6], 1, 3);
    assert.deepEqual(to, Float32Array.of(0, 0, 0, 4, 5, 6));
    copyPixel(to, [1, 2, 3, 4, 5, 6], 1, 2);
    assert.deepEqual(to, Float32Array.of(0, 0, 3, 4, 5, 6));
  });

  it('are kept so that no other choice of as many is nearer to the point, within the range', () => {
    const eighths = (min: number, max: number) => fc.integer({ min, max }).map((k) => k / 8);
    const pixels = 5;
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3).chain((channels) =>
          fc.record({
            channels: fc.constant(channels),
            image: fc.array(eighths(0, 8), { minLength: pixels * channels, maxLength: pixels * channels }),
            point: fc.array(eighths(-6, 14), { minLength: pixels * channels, maxLength: pixels * channels }),
          }),
        ),
        fc.integer({ min: 0, max: pixels }),
        ({ channels, image: values, point: wished }, count) => {
          const [image, point] = [Float32Array.from(values), Float32Array.from(wished)];
          const kept = point.slice();
          keepPixels(kept, image, channels, count);
          clip(kept);
          assert.ok(distances(image, kept, channels).l0 <= count);
          const { l2 } = distances(point, kept, channels);
          for (let choice = 0; choice < 2 ** pixels; choice++) {
            const mask = Array.from({ length: pixels }, (_, pixel) => (choice >> pixel) & 1);
            if (mask.filter(Boolean).length > count) continue;
            const other = clip(
              point.map((value, i) => (mask[Math.floor(i / channels)] ? value : (image[i] as number))),
            );
            assert.ok(l2 <= distances(point, other, channels).l2 + 1e-6);
          }
        },
      ),
    );
  });
});
