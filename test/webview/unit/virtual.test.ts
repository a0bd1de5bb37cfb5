import assert from 'node:assert/strict';
import fc from 'fast-check';
import { layOut, moveTo, scrollToTile, visibleRange } from '../../../webview/logic/virtual.ts';

describe('the grid of the gallery', () => {
  it('has as many columns as fit, at least one', () => {
    assert.deepEqual(layOut(10, 250, 100, 50), { columns: 2, rows: 5, tileWidth: 125, rowHeight: 50, height: 250 });
    assert.equal(layOut(10, 30, 100, 50).columns, 1);
    assert.equal(layOut(0, 250, 100, 50).height, 0);
  });

  it('draws all that is in sight, and only a little more', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(500_000), fc.integer({ min: 1, max: 2000 }), (count, scrollTop, height) => {
        const grid = layOut(count, 360, 120, 100);
        const { first, end } = visibleRange(grid, count, scrollTop, height, 2);
        assert.ok(first >= 0 && end <= count);
        assert.ok(end - first <= (Math.ceil(height / 100) + 1 + 4) * 3);
        for (let tile = 0; tile < count; tile += 37) {
          const top = Math.floor(tile / 3) * 100;
          const isSeen = top < scrollTop + height && top + 100 > scrollTop;
          if (isSeen) assert.ok(tile >= first && tile < end);
        }
      }),
    );
  });

  it('scrolls as little as it takes', () => {
    const grid = layOut(100, 360, 120, 100);
    assert.equal(scrollToTile(grid, 0, 350, 300), 0);
    assert.equal(scrollToTile(grid, 12, 350, 300), 350);
    assert.equal(scrollToTile(grid, 30, 350, 300), 800);
  });

  it('moves by rows and columns', () => {
    const move = (key: string, from: number) => moveTo(key, from, 10, 3, 2);
    assert.equal(move('ArrowLeft', 0), 0);
    assert.equal(move('ArrowRight', 9), 9);
    assert.equal(move('ArrowDown', 4), 7);
    assert.equal(move('ArrowDown', 8), 9);
    assert.equal(move('ArrowDown', 9), 9);
    assert.equal(move('ArrowUp', 1), 1);
    assert.equal(move('ArrowUp', 7), 4);
    assert.equal(move('PageDown', 1), 7);
    assert.equal(move('PageUp', 5), 2);
    assert.equal(move('Home', 7), 0);
    assert.equal(move('End', 1), 9);
    assert.equal(move('a', 1), undefined);
    assert.equal(moveTo('End', 0, 0, 3, 2), undefined);
  });
});
