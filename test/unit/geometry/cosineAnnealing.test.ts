import assert from 'node:assert/strict';
import { annealed } from '../../../src/geometry/cosineAnnealing.ts';

describe('cosine annealing', () => {
  it('goes from the first value to the last, by way of their mean', () => {
    assert.equal(annealed(1, 0.25, 0), 1);
    assert.equal(annealed(1, 0.25, 1), 0.25);
    assert.ok(Math.abs(annealed(1, 0.25, 0.5) - 0.625) < 1e-15);
  });

  it('is slow at both ends', () => {
    assert.ok(1 - annealed(1, 0, 0.1) < 0.03);
    assert.ok(annealed(1, 0, 0.9) < 0.03);
  });
});
