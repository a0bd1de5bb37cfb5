import assert from 'node:assert/strict';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { distances } from '../../../src/geometry/norms.ts';
import { randomPoint, randomSpherePoint } from '../../../src/geometry/randomPoint.ts';

const draws = 4000;
const size = 3;

/** Asserts by Kolmogorov & Smirnov's test, at one in a thousand, that values are uniform in [0, 1]. */
function assertUniform(values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const distance = Math.max(...sorted.map((value, i) => Math.abs(value - (i + 0.5) / sorted.length)));
  assert.ok(distance < 1.95 / Math.sqrt(values.length), `${distance}`);
}

/** Random vectors of a ball around zero, or of its sphere. */
function vectors(norm: 'linf' | 'l2' | 'l1', epsilon: number, draw = randomPoint): Float32Array[] {
  const random = xoroshiro128plus(1);
  return Array.from({ length: draws }, () => draw(new Float32Array(size), { norm, epsilon }, random));
}

describe('random points of a ball', () => {
  for (const norm of ['linf', 'l2', 'l1'] as const) {
    it(`are within the ${norm} ball, and at every radius as often as it has volume`, () => {
      const radii = vectors(norm, 0.25).map((vector) => distances(new Float32Array(size), vector, 1)[norm] / 0.25);
      assert.ok(Math.max(...radii) <= 1 + 1e-6);
      assertUniform(radii.map((radius) => radius ** size));
    });
  }

  // What the direction of a uniform vector is distributed like, brought to [0, 1].
  const direction = {
    linf: (values: Float32Array, i: number) => ((values[i] as number) + 1) / 2,
    // Archimedes: a slab of a sphere in three dimensions has the area of its height.
    l2: (values: Float32Array, i: number) => ((values[i] as number) / Math.hypot(...values) + 1) / 2,
    // The share of one of three exponential variables exceeds t with probability (1 − t)².
    l1(values: Float32Array, i: number) {
      const share = (values[i] as number) / values.reduce((sum, value) => sum + Math.abs(value), 0);
      return (1 + Math.sign(share) * (1 - (1 - Math.abs(share)) ** 2)) / 2;
    },
  };
  for (const norm of ['linf', 'l2', 'l1'] as const) {
    it(`prefer no direction in ${norm}`, () => {
      for (let i = 0; i < size; i++) assertUniform(vectors(norm, 1).map((vector) => direction[norm](vector, i)));
    });
  }
});

describe('random points of a sphere', () => {
  for (const norm of ['linf', 'l2', 'l1'] as const) {
    it(`are at its radius in ${norm}, on every side as often`, () => {
      const points = vectors(norm, 0.25, randomSpherePoint);
      for (const point of points) {
        assert.ok(Math.abs(distances(new Float32Array(size), point, 1)[norm] - 0.25) < 1e-6, String(point));
      }
      for (let i = 0; i < size; i++) {
        const above = points.filter((point) => (point[i] as number) > 0).length / draws;
        assert.ok(Math.abs(above - 0.5) < 0.03, `${above} of the points are above zero in value ${i}`);
      }
    });
  }

  it('have any direction alike in l2', () => {
    for (let i = 0; i < size; i++) {
      const heights = vectors('l2', 1, randomSpherePoint).map((point) => ((point[i] as number) + 1) / 2);
      assertUniform(heights);
    }
  });
});
