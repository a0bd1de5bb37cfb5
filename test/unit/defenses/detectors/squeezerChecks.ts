import assert from 'node:assert/strict';
import fc from 'fast-check';
import { levelOf, valueAt } from '../../../../src/data/grid.ts';
import type { toLab, toRgb } from '../../../../src/defenses/detectors/lab.ts';
import type { nonLocalMeans } from '../../../../src/defenses/detectors/nonLocalMeans.ts';
import type { bitDepth, Squeezer } from '../../../../src/defenses/detectors/squeezers.ts';
import type { Checks } from '../../../support/checks.ts';
import { naiveNonLocalMeans } from './nonLocalMeansReference.ts';

const gray = (height: number, width: number) => ({ height, width, channels: 1 }) as const;
const color = (height: number, width: number) => ({ height, width, channels: 3 }) as const;
const pixels = (...values: number[]) => Float32Array.from(values);
const levels = (size: number) => fc.array(fc.integer({ min: 0, max: 255 }), { minLength: size, maxLength: size });

export const bitDepthChecks: Checks<typeof bitDepth> = {
  'one bit is black or white': async (depth) => {
    assert.deepEqual(await depth(1).squeeze(pixels(0, 127 / 255, 128 / 255, 1), gray(1, 4)), pixels(0, 0, 1, 1));
  },
  'two bits are four levels': async (depth) => {
    assert.deepEqual(
      await depth(2).squeeze(pixels(0.1, 0.2, 0.45, 0.55, 0.8, 0.9), gray(1, 6)),
      pixels(0, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1),
    );
  },
  'eight bits change no image': async (depth) => {
    const image = Float32Array.from({ length: 256 }, (_, level) => valueAt(level));
    assert.deepEqual(await depth(8).squeeze(image, gray(16, 16)), image);
  },
};

export const medianChecks: Checks<Squeezer> = {
  'the window is the pixel and those above and to the left, and the third smallest is taken': async (median) => {
    const image = pixels(0.1, 0.9, 0.3, 0.4, 0.2, 0.8, 0.7, 0.5, 0.6);
    assert.deepEqual(
      await median.squeeze(image, gray(3, 3)),
      // By hand; the first row and column have themselves beyond the edge.
      pixels(0.1, 0.9, 0.9, 0.4, 0.4, 0.8, 0.7, 0.5, 0.6),
    );
  },
  'channels are apart': async (median) => {
    const image = pixels(0.1, 0.5, 0.9, 0.2, 0.4, 0.6);
    assert.deepEqual(await median.squeeze(image, color(1, 2)), pixels(0.1, 0.5, 0.9, 0.2, 0.5, 0.9));
  },
  'the gradient is that of the pixels that are medians': (median) =>
    fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(
          Array.from({ length: 24 }, (_, i) => i),
          { minLength: 24 },
        ),
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 24, maxLength: 24 }),
        async (ranks, weights) => {
          const shape = color(2, 4);
          const image = Float32Array.from(ranks, (rank) => rank / 32);
          const gradient = median.back?.(Float32Array.from(weights), image, shape) as Float32Array;
          const value = async (at: Float32Array) =>
            (await median.squeeze(at, shape)).reduce((sum, x, i) => sum + x * (weights[i] as number), 0);
          for (const [i] of image.entries()) {
            // Less than the ranks are apart, and exact in binary.
            const moved = image.map((x, j) => (i === j ? x + 1 / 64 : x));
            assert.equal(((await value(moved)) - (await value(image))) * 64, gradient[i]);
          }
        },
      ),
      { numRuns: 20 },
    ),
};

export const nonLocalMeansChecks: Checks<typeof nonLocalMeans> = {
  'an image of one value stays as it is': (filter) =>
    fc.assert(
      fc.asyncProperty(fc.boolean(), levels(3), async (isGray, [red, green, blue]) => {
        const own = isGray ? [red as number] : [red as number, green as number, blue as number];
        const shape = isGray ? gray(4, 5) : color(4, 5);
        const image = Float32Array.from({ length: 20 * own.length }, (_, i) => valueAt(own[i % own.length] as number));
        assert.deepEqual(await filter({ search: 5, patch: 3, strength: 4 }).squeeze(image, shape), image);
      }),
      { numRuns: 20 },
    ),
  'gray is as the definition has it': (filter) =>
    fc.assert(
      fc.asyncProperty(
        levels(35),
        fc.constantFrom({ search: 5, patch: 3, strength: 20 }, { search: 7, patch: 3, strength: 60 }),
        async (values, settings) => {
          const image = Float32Array.from(values, valueAt);
          const found = Array.from(await filter(settings).squeeze(image, gray(5, 7)), levelOf);
          const wanted = naiveNonLocalMeans(values, gray(5, 7), settings);
          // Half a level is what rounding may do.
          for (const [i, level] of found.entries()) {
            assert.ok(Math.abs(level - (wanted[i] as number)) < 0.5 + 1e-9, `${level} is not ${wanted[i]}`);
          }
        },
      ),
      { numRuns: 15 },
    ),
  'weights fall off as the definition has it': async (filter) => {
    // Two values a step apart, in stripes so wide that most patches are of one of them.
    const settings = { search: 3, patch: 1, strength: 4 };
    const found = await filter(settings).squeeze(pixels(...[100, 100, 100, 106, 106, 106].map(valueAt)), gray(1, 6));
    // At the step a third of the window has the weight e^(−36 / 16) = 0.105: 100 + 6 · 0.105 / 2.105 = 100.3, and 10 levels
    // apart they do not see each other.
    assert.deepEqual(Array.from(found, levelOf), [100, 100, 100, 106, 106, 106]);
    const soft = await filter({ ...settings, strength: 6 }).squeeze(
      pixels(...[100, 100, 100, 106, 106, 106].map(valueAt)),
      gray(1, 6),
    );
    // e^(−1) = 0.368: 100 + 6 · 0.368 / 2.368 = 100.93.
    assert.deepEqual(Array.from(soft, levelOf), [100, 100, 101, 105, 106, 106]);
  },
  'color is filtered, and edges stay': async (filter) => {
    const side = 8;
    const noise = (i: number) => ((i * 7919) % 5) - 2;
    const image = Float32Array.from({ length: side * side * 3 }, (_, i) =>
      valueAt((Math.floor(i / 3) % side < side / 2 ? 60 : 180) + noise(i)),
    );
    const smooth = await filter({ search: 13, patch: 3, strength: 4 }).squeeze(image, color(side, side));
    const deviation = (of: Float32Array) =>
      of.reduce((sum, value, i) => {
        const base = Math.floor(i / 3) % side < side / 2 ? 60 : 180;
        return sum + (levelOf(value) - base) ** 2;
      }, 0);
    assert.ok(deviation(smooth) < 0.5 * deviation(image), `${deviation(smooth)} of ${deviation(image)}`);
  },
};

/** Both ways. */
export interface LabConversion {
  readonly toLab: typeof toLab;
  readonly toRgb: typeof toRgb;
}

export const labChecks: Checks<LabConversion> = {
  'white, black, middle gray and red are where CIE Lab has them': ({ toLab }) => {
    const { lightness, color } = toLab(
      Float64Array.from([255, 255, 255, 0, 0, 0, 255 * 0.184187, 255 * 0.184187, 255 * 0.184187, 255, 0, 0]),
    );
    const near = (found: number | undefined, wanted: number) =>
      assert.ok(Math.abs((found as number) - wanted) < 0.02, `${found} is not ${wanted}`);
    // Lightness of 100, 0, 50 and 53.24, on a scale to 255.
    for (const [i, wanted] of [255, 0, 127.5, 53.24 * 2.55].entries()) near(lightness[i], wanted);
    for (const [i, wanted] of [0, 0, 0, 0, 0, 0, 80.09, 67.2].entries()) near(color[i], wanted);
  },
  'the way back leads back': ({ toLab, toRgb }) =>
    fc.assert(
      fc.property(levels(12), (values) => {
        for (const [i, value] of toRgb(toLab(Float64Array.from(values))).entries()) {
          assert.ok(Math.abs(value - (values[i] as number)) < 1e-9, `${value} is not ${values[i]}`);
        }
      }),
    ),
};
