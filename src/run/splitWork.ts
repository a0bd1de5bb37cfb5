import type { Share } from '../evaluation/share.ts';

/**
 * Splits tests among shards of equal work: all tests stand in a row, as long as they take, which is cut into equal parts.
 * So a shard has few tests, and opens few models, and the shares of a test have each of its images once.
 * @param weights how long each test takes, in any unit.
 * @returns for each shard the share that it has of each test.
 */
export function splitWork(weights: readonly number[], shards: number): Share[][] {
  // A test that takes no time has images all the same.
  const most = Math.max(...weights, 0) || 1;
  const lengths = weights.map((weight) => Math.max(weight, most * 1e-9));
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  const cutAt = (shard: number) => (whole * shard) / shards;
  return Array.from({ length: shards }, (_, shard) => {
    let start = 0;
    return lengths.map((length) => {
      const place = (cut: number) => Math.min(1, Math.max(0, (cut - start) / length));
      const share = {
        from: shard === 0 ? 0 : place(cutAt(shard)),
        to: shard === shards - 1 ? 1 : place(cutAt(shard + 1)),
      };
      start += length;
      return share;
    });
  });
}
