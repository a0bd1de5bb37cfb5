import assert from 'node:assert/strict';
import { changeOnto, nearestHyperplane } from '../../../src/geometry/hyperplane.ts';
import { itPasses } from '../../support/checks.ts';
import { hyperplaneChecks } from './hyperplaneChecks.ts';

describe('the projection onto a hyperplane within the range of pixels', () => {
  itPasses(hyperplaneChecks, changeOnto);
});

describe('the nearest of several hyperplanes', () => {
  const [a, b] = [Float32Array.of(3, 4), Float32Array.of(6, 0)];

  it('is the one with the smallest |value| / ‖normal‖ in the dual norm', () => {
    assert.deepEqual(nearestHyperplane([-7, 6], [a, b], 'linf'), { value: -7, normal: a, distance: 1 });
    assert.deepEqual(nearestHyperplane([-7.5, 7.5], [a, b], 'l2'), { value: 7.5, normal: b, distance: 1.25 });
    assert.deepEqual(nearestHyperplane([-10, 6], [a, b], 'l1'), { value: 6, normal: b, distance: 1 });
  });

  it('is not one without a direction', () => {
    const bad = [Float32Array.of(0, 0), Float32Array.of(Infinity, 1), Float32Array.of(1, Number.NaN)];
    for (const norm of ['linf', 'l2', 'l1'] as const) {
      assert.equal(nearestHyperplane([0, 0, 0], bad, norm), undefined);
      assert.equal(nearestHyperplane([0, 0, 0, -9], [...bad, a], norm)?.normal, a);
    }
  });
});
