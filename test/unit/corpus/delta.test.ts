import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyDelta, encodeDelta } from '../../../src/corpus/delta.ts';
import { pixelsOf } from '../../support/counterexamples.ts';

const images = fc
  .integer({ min: 1, max: 400 })
  .chain((length) =>
    fc.tuple(...[0, 1].map(() => fc.array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length }))),
  );

describe('the delta of a kept image', () => {
  it('brings the image back', () => {
    fc.assert(
      fc.property(images, ([from = [], to = []]) => {
        const [original, changed] = [pixelsOf(from), pixelsOf(to)];
        assert.deepEqual(applyDelta(original, encodeDelta(original, changed)), changed);
      }),
    );
  });

  it('depends on what has changed alone, however large the image is', () => {
    const original = new Float32Array(224 * 224 * 3);
    const changed = original.slice();
    for (const place of [7, 8, 9, 90_000, 150_000]) changed[place] = 1;
    const { length } = encodeDelta(original, changed);
    assert.ok(length <= 40, `5 of 150,528 values take ${length} characters`);
    assert.equal(encodeDelta(original, original).length <= 4, true, 'nothing has changed');
  });

  const original = pixelsOf([0, 100, 255, 7]);
  const whole = encodeDelta(original, pixelsOf([9, 90, 255, 200]));
  for (const [what, delta] of Object.entries({
    'no base64': '?',
    'cut off': whole.slice(0, -4),
    'of a larger image': encodeDelta(new Float32Array(9), pixelsOf([0, 0, 0, 0, 0, 0, 0, 0, 5])),
    'beyond black': encodeDelta(pixelsOf([9, 9, 9, 9]), pixelsOf([0, 0, 0, 0])),
    'nothing at all': '',
  })) {
    it(`is refused where it is damaged: ${what}`, () => {
      assert.throws(() => applyDelta(original, delta), RangeError);
    });
  }
});
