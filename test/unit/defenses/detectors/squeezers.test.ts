import assert from 'node:assert/strict';
import { jpegCompression } from '../../../../src/defenses/detectors/jpeg.ts';
import * as lab from '../../../../src/defenses/detectors/lab.ts';
import { nonLocalMeans } from '../../../../src/defenses/detectors/nonLocalMeans.ts';
import { bitDepth, medianOf2x2 } from '../../../../src/defenses/detectors/squeezers.ts';
import { itPasses } from '../../../support/checks.ts';
import { anyCounterexampleWillDo, itFailsOf } from '../../../support/mutants/itFailsOf.ts';
import { bitDepthChecks, labChecks, medianChecks, nonLocalMeansChecks } from './squeezerChecks.ts';

describe('reducing the bit depth', () => {
  itPasses(bitDepthChecks, bitDepth);
});

describe('median of 2 × 2', () => {
  itPasses(medianChecks, medianOf2x2);
});

describe('non-local means', () => {
  itPasses(nonLocalMeansChecks, nonLocalMeans);
});

describe('CIE Lab', () => {
  itPasses(labChecks, lab);
});

describe('JPEG compression', () => {
  const image = (channels: 1 | 3) =>
    Float32Array.from({ length: 16 * 16 * channels }, (_, i) => ((i * 7919) % 256) / 255);

  for (const channels of [1, 3] as const) {
    it(`gives back an image of ${channels} channels on the grid, nearer at a higher quality`, async () => {
      const shape = { height: 16, width: 16, channels };
      const errors: number[] = [];
      for (const quality of [10, 50, 95]) {
        const found = await jpegCompression(quality).squeeze(image(channels), shape);
        assert.equal(found.length, image(channels).length);
        errors.push(found.reduce((sum, value, i) => sum + (value - (image(channels)[i] as number)) ** 2, 0));
      }
      assert.deepEqual(
        errors,
        errors.toSorted((a, b) => b - a),
      );
    });
  }

  it('changes an image of one value by a rounding at most', async () => {
    const flat = new Float32Array(16 * 16 * 3).fill(200 / 255);
    const found = await jpegCompression(75).squeeze(flat, { height: 16, width: 16, channels: 3 });
    for (const value of found) assert.ok(Math.abs(value - 200 / 255) < 1.5 / 255, `${value}`);
  });

  it('averages color over 2 × 2 pixels', async () => {
    // Columns of one lightness in two colors, which 4:4:4 would keep apart.
    const image = Float32Array.from({ length: 16 * 16 }, (_, i) => i % 2).reduce(
      (all, column, i) => {
        all.set(column ? [150 / 255, 100 / 255, 100 / 255] : [79 / 255, 136 / 255, 100 / 255], 3 * i);
        return all;
      },
      new Float32Array(16 * 16 * 3),
    );
    const found = await jpegCompression(95).squeeze(image, { height: 16, width: 16, channels: 3 });
    const [left, right] = [found[3 * (8 * 16 + 8)] as number, found[3 * (8 * 16 + 9)] as number];
    assert.ok(Math.abs(left - right) < 20 / 255, `${left} and ${right}`);
  });
});

describe('the checks tell broken squeezers from sound ones', () => {
  anyCounterexampleWillDo();
  itFailsOf(bitDepthChecks, 'defenses/detectors/squeezers.ts', 'bitDepth', {
    'there is a level too many': ['2 ** bits - 1', '2 ** bits'],
    'levels are cut, not rounded': ['Math.round(value * top)', 'Math.floor(value * top)'],
  });
  itFailsOf(medianChecks, 'defenses/detectors/squeezers.ts', 'medianOf2x2', {
    'the second smallest is taken': ['[2] as number', '[1] as number'],
    'the window lies below': ['Math.max(0, y - 1)', 'Math.min(height - 1, y + 1)'],
    'the window lies to the right': ['Math.max(0, x - 1)', 'Math.min(width - 1, x + 1)'],
    'black lies beyond the edge': ['pixels[a] as number', 'y && x ? pixels[a] as number : 0'],
    'the gradient passes straight through': ['passed[place] = (passed[place] as number)', 'passed[i] = 0 * place'],
    'the last of several gradients is kept': ['(passed[place] as number) + ', ''],
  });
  itFailsOf(nonLocalMeansChecks, 'defenses/detectors/nonLocalMeans.ts', 'nonLocalMeans', {
    'the sum over a patch is not divided by its size': [' * patch * patch)', ')'],
    'the strength is not squared': ['(strength * strength * ', '(strength * '],
    'the strength is squared twice over': ['-1 / (', '-1 / (2 * '],
    'small weights count': ['smallestWeight = 0.001', 'smallestWeight = 1e-9'],
    'too many weights are left out': ['smallestWeight = 0.001', 'smallestWeight = 0.2'],
    'the search window is too small': ['[(search - 1) / 2', '[(search - 3) / 2'],
    'the patch is a pixel': ['(patch - 1) / 2]', '0]'],
    'the edge is repeated': ['2 * (size - 1)', '2 * size'],
    'the mean is over one side': ['let right = -reach', 'let right = 0'],
    'the pixel itself is averaged': ['* channels + shift;', '* channels;'],
  });
});
