import assert from 'node:assert/strict';

/** Asserts that numbers differ by less than a part of the largest, or of 1. */
export function assertCloseTo(
  actual: ArrayLike<number> | undefined,
  expected: ArrayLike<number>,
  tolerance = 1e-4,
): void {
  assert.equal(actual?.length, expected.length);
  const most = Array.from(expected).reduce((a, b) => Math.max(a, Math.abs(b)), 1);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual?.[i] as number) - (expected[i] as number));
    assert.ok(difference <= tolerance * most, `${actual?.[i]} at ${i}, where ${expected[i]} is right`);
  }
}
