import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type DifferenceKind,
  drawDifference,
  gains,
  heatColor,
  isGray,
  largestOf,
  resolveGain,
  stepGain,
  subtract,
} from '../../../webview/logic/amplify.ts';

const image = (...values: number[]) => ({
  width: values.length / 4,
  height: 1,
  data: Uint8ClampedArray.from(values),
});

describe('amplification of a perturbation', () => {
  const difference = subtract(image(10, 20, 30, 255, 0, 0, 0, 255), image(12, 17, 30, 255, 0, 0, 0, 255));

  it('takes the signed change of every color value, without alpha', () => {
    assert.deepEqual([...difference.levels], [2, -3, 0, 0, 0, 0]);
    assert.equal(difference.largest, 3);
  });

  it('draws no change as gray when signed, as black when absolute', () => {
    assert.deepEqual([...drawDifference(difference, 10, 'signed')], [148, 98, 128, 255, 128, 128, 128, 255]);
    assert.deepEqual([...drawDifference(difference, 10, 'absolute')], [20, 30, 0, 255, 0, 0, 0, 255]);
  });

  it('makes the largest change fill the range', () => {
    const signed = drawDifference(difference, resolveGain('auto', 'signed', 3), 'signed');
    const absolute = drawDifference(difference, resolveGain('auto', 'absolute', 3), 'absolute');
    assert.equal(signed[1], 0);
    assert.equal(absolute[1], 255);
  });

  it('makes heat maps of a channel, the luminance, and the length of a change', () => {
    const { levels } = subtract(image(0, 0, 0, 255, 9, 9, 9, 255), image(3, 0, 4, 255, 0, 9, 9, 255));
    const changes = { width: 2, height: 1, levels, largest: 9 };
    assert.deepEqual(
      (['red', 'green', 'blue', 'magnitude'] as const).map((kind) => largestOf(changes, kind)),
      [9, 0, 4, 9],
    );
    assert.ok(Math.abs(largestOf(changes, 'luminance') - 9 * 0.2126) < 1e-6);
    const colors = (kind: DifferenceKind, gain: number) => {
      const drawn = drawDifference(changes, gain, kind);
      return [[...drawn.subarray(0, 3)], [...drawn.subarray(4, 7)]];
    };
    assert.deepEqual(colors('red', 127.5 / 9), [heatColor(3 / 9, 'red'), heatColor(-1, 'red')]);
    assert.deepEqual(colors('magnitude', 255 / 9), [heatColor(5 / 9, 'magnitude'), heatColor(1, 'magnitude')]);
    assert.deepEqual(colors('green', 1)[0], [...heatColor(0, 'green')]);
    assert.deepEqual(heatColor(7, 'red'), heatColor(1, 'red'));
  });

  it('knows gray changes', () => {
    assert.ok(isGray(subtract(image(1, 1, 1, 255), image(3, 3, 3, 255))), 'all channels alike');
    assert.ok(!isGray(difference), 'channels differ');
  });

  it('is defined where nothing changed', () => {
    assert.equal(resolveGain('auto', 'absolute', 0), 255);
  });

  it('saturates instead of wrapping around', () => {
    fc.assert(
      fc.property(fc.integer({ min: -255, max: 255 }), fc.constantFrom(1, 16, 255), (change, gain) => {
        const levels = Int16Array.from([change, 0, 0]);
        const [red = 0] = drawDifference({ width: 1, height: 1, levels, largest: 255 }, gain, 'signed');
        assert.equal(red, Math.min(255, Math.max(0, Math.round(127.5 + gain * change))));
      }),
    );
  });

  it('refuses images of different sizes', () => {
    assert.throws(() => subtract(image(1, 2, 3, 255), image(1, 2, 3, 255, 1, 2, 3, 255)), RangeError);
  });

  it('steps through the gains and stops at the ends', () => {
    assert.equal(stepGain('auto', 1), 1);
    assert.equal(stepGain('auto', -1), 'auto');
    assert.equal(stepGain(255, 1), 255);
    assert.equal(
      gains.reduce<ReturnType<typeof stepGain>>((gain) => stepGain(gain, 1), 'auto'),
      255,
    );
  });
});
