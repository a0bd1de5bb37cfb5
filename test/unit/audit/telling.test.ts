import assert from 'node:assert/strict';
import { isTelling } from '../../../src/audit/telling.ts';

describe('a count of images', () => {
  it('tells where it is that of the only image, more than one of several, and more than a tenth of many', () => {
    const least = (of: number) => Array.from({ length: of + 1 }, (_, count) => count).find((n) => isTelling(n, of));
    assert.deepEqual([1, 2, 3, 10, 16, 19, 20, 29, 30, 100].map(least), [1, 2, 2, 2, 2, 2, 3, 3, 4, 11]);
  });

  it('tells nothing where there are none', () => {
    assert.equal(isTelling(0, 0), false);
  });
});
