import assert from 'node:assert/strict';
import { diversityOf } from '../../../../src/defenses/generators/diversity.ts';

/** Images of two values on a line, so that distances are differences. */
const on = (...values: readonly number[]) => values.map((value) => Float32Array.of(value, 0));

describe('the diversity of samples', () => {
  const real = { images: on(0, 0.5, 0, 0.25), labels: [0, 0, 1, 1] };

  it('is the ratio of mean distances within a class, averaged over classes', () => {
    const samples = { images: on(0, 0.25, 0, 0.25), labels: [0, 0, 1, 1] };
    assert.equal(diversityOf(samples, real, 2), (0.5 + 1) / 2);
    assert.equal(diversityOf(real, real, 2), 1);
  });

  it('is 0 where a class is the same sample again and again, however different classes are', () => {
    assert.equal(diversityOf({ images: on(0, 0, 1, 1), labels: [0, 0, 1, 1] }, real, 2), 0);
  });

  it('leaves out classes that there is nothing to compare in', () => {
    const few = { images: on(0, 0.25, 0.75), labels: [0, 0, 1] };
    assert.equal(diversityOf(few, real, 3), 0.5);
    assert.equal(diversityOf(few, { images: on(0), labels: [0] }, 3), 1);
  });
});
