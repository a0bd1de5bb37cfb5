import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clampZoom, fitScale, fitted, panBy, pixelAt, place, reveal, zoomAt } from '../../../webview/logic/zoom.ts';

const image = { width: 32, height: 32 };
const pane = { width: 340, height: 340 };

describe('zoom', () => {
  it('fits small images by a whole scale, large ones as they fit', () => {
    assert.equal(fitScale(image, pane), 10);
    assert.equal(fitScale({ width: 680, height: 100 }, pane), 0.5);
    assert.deepEqual(place(fitted, image, pane), { scale: 10, left: 0, top: 0 });
  });

  it('keeps the pixel under the mouse where it is', () => {
    const point = { x: 77, y: 203 };
    const before = pixelAt(point, place(fitted, image, pane), image);
    let zoom = fitted;
    for (let i = 0; i < 8; i++) {
      zoom = zoomAt(zoom, 1.25, point, image, pane);
      assert.deepEqual(pixelAt(point, place(zoom, image, pane), image), before);
    }
    assert.ok(zoom.factor > 4);
  });

  it('never shows less of the image than it could, nor more than one pixel of margin', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 30, noNaN: true }),
        fc.double({ min: -1, max: 2, noNaN: true }),
        fc.double({ min: -1, max: 2, noNaN: true }),
        (factor, x, y) => {
          const { scale, left, top } = place(clampZoom({ factor, x, y }, image, pane), image, pane);
          if (scale * image.width <= pane.width) {
            assert.deepEqual([left, top], [0, 0]);
            return;
          }
          for (const start of [left, top]) {
            assert.ok(start <= 1 && start + scale * image.width >= pane.width - 1);
          }
        },
      ),
    );
  });

  it('has bounds', () => {
    assert.equal(clampZoom({ ...fitted, factor: 0.01 }, image, pane).factor, 1);
    assert.ok(place(clampZoom({ ...fitted, factor: 1e9 }, image, pane), image, pane).scale <= 96);
  });

  it('pans by device pixels', () => {
    const zoom = { factor: 4, x: 0.5, y: 0.5 };
    const before = place(zoom, image, pane);
    const after = place(panBy(zoom, { x: 30, y: -20 }, image, pane), image, pane);
    assert.deepEqual([after.left - before.left, after.top - before.top], [30, -20]);
  });

  it('moves until a pixel is in sight, and not otherwise', () => {
    const zoom = clampZoom({ factor: 4, x: 0, y: 0 }, image, pane);
    assert.deepEqual(reveal(zoom, { x: 1, y: 1 }, image, pane), zoom);
    const { scale, left } = place(reveal(zoom, { x: 20, y: 1 }, image, pane), image, pane);
    assert.ok(Math.abs(left + 21 * scale - pane.width) <= 1);
  });

  it('finds no pixel beside the image', () => {
    assert.equal(pixelAt({ x: 321, y: 5 }, place(fitted, image, pane), image), undefined);
    assert.deepEqual(pixelAt({ x: 319, y: 5 }, place(fitted, image, pane), image), { x: 31, y: 0 });
  });
});
