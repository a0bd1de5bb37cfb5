import assert from 'node:assert/strict';
import { projectOntoBall } from '../../../src/geometry/ballProjection.ts';

/** Where the projection takes a point around an image. */
function projected(point: number[], image: number[], norm: 'linf' | 'l2' | 'l1', epsilon: number): number[] {
  const moved = Float32Array.from(point);
  projectOntoBall(moved, Float32Array.from(image), norm, epsilon);
  return [...moved];
}

describe('the projection onto a ball', () => {
  it('cuts every change in linf', () => {
    assert.deepEqual(projected([1, 0, 0.625, 0.5], [0.5, 0.5, 0.5, 0.5], 'linf', 0.25), [0.75, 0.25, 0.625, 0.5]);
  });

  it('shortens the change in l2', () => {
    assert.deepEqual(projected([0.5 + 0.375, 0.5 - 0.5], [0.5, 0.5], 'l2', 0.3125), [0.6875, 0.25]);
  });

  it('makes up in l2 for what the range will cut off', () => {
    // The first value has 0.25 to go, which leaves √(0.3125² − 0.25²) = 0.1875 to the second.
    assert.deepEqual(
      projected([5, 0.75], [0.75, 0.5], 'l2', 0.3125).map((value) => Math.min(value, 1)),
      [1, 0.6875],
    );
  });

  it('takes as much off every change in l1', () => {
    assert.deepEqual(projected([1, 0.25, 0.625], [0.5, 0.5, 0.5], 'l1', 0.5), [0.875, 0.375, 0.5]);
  });

  it('takes no more off in l1 than what the range leaves is too long', () => {
    // Of 1.5 − 0.75 only 0.25 is in the range.
    assert.deepEqual(projected([1.5, 0.625], [0.75, 0.5], 'l1', 0.375), [1, 0.625]);
    assert.deepEqual(projected([1.5, 0.75], [0.75, 0.5], 'l1', 0.375), [1, 0.625]);
  });

  it('leaves what is within', () => {
    for (const norm of ['linf', 'l2', 'l1'] as const) {
      assert.deepEqual(projected([0.5, 0.625], [0.5, 0.5], norm, 0.125), [0.5, 0.625]);
    }
  });

  it('of radius zero is the image', () => {
    for (const norm of ['linf', 'l2', 'l1'] as const) {
      assert.deepEqual(projected([1, -2, 0.5], [0.25, 0.5, 0.5], norm, 0), [0.25, 0.5, 0.5]);
    }
  });
});
