import type { Context } from '../context.ts';
import { on } from '../dom.ts';
import { dividerAt, shareAt } from '../images/draw.ts';
import { clampZoom, type Point, panBy, pixelAt, place, type Size, zoomAt } from '../logic/zoom.ts';
import type { Pane } from './pane.ts';

/** How close to the divider a drag grabs it, in CSS pixels. */
const reach = 14;
/** A press that moves less than this is a click. */
const clickDistance = 3;

/** The mouse on a pane: the wheel zooms, dragging pans or moves the divider, pointing reads out a pixel. */
export function followPointer(
  context: Context,
  pane: Pane,
  setCursor: (pixel: Point | undefined) => void,
  imageSize: () => Size | undefined,
): void {
  const { canvas } = pane;
  let drag: { readonly what: 'divider' | 'image'; at: Point; moved: number } | undefined;

  const pointOf = ({ offsetX, offsetY }: MouseEvent): Point => ({
    x: offsetX * devicePixelRatio,
    y: offsetY * devicePixelRatio,
  });

  /** Where the image lies, and whether the point is on the divider. */
  function look(point: Point) {
    const image = imageSize();
    if (!image) return undefined;
    const { zoom: wanted, mode, divider } = context.model().state;
    const zoom = clampZoom(wanted, image, pane.size);
    const placement = place(zoom, image, pane.size);
    const onDivider =
      mode === 'swipe' &&
      Math.abs(point.x - dividerAt(divider, image, placement, pane.size)) <= reach * devicePixelRatio;
    return { image, zoom, placement, onDivider };
  }

  on(canvas, {
    wheel: (event) => {
      const seen = look(pointOf(event));
      if (!seen || event.deltaY === 0) return;
      event.preventDefault();
      const ratio = 2 ** (-Math.sign(event.deltaY) * Math.min(0.4, Math.abs(event.deltaY) / 250));
      context.set({ zoom: zoomAt(seen.zoom, ratio, pointOf(event), seen.image, pane.size) });
    },
    pointerdown: (event) => {
      const point = pointOf(event);
      const seen = look(point);
      if (event.button !== 0 || !seen) return;
      drag = { what: seen.onDivider ? 'divider' : 'image', at: point, moved: 0 };
      canvas.setPointerCapture(event.pointerId);
    },
    pointermove: (event) => {
      const point = pointOf(event);
      const seen = look(point);
      if (!seen) return;
      const { image, zoom, placement, onDivider } = seen;
      canvas.classList.toggle('on-divider', drag ? drag.what === 'divider' : onDivider);
      if (drag?.what === 'divider') {
        context.set({ divider: shareAt(point.x, image, placement, pane.size) });
      } else if (drag) {
        const by = { x: point.x - drag.at.x, y: point.y - drag.at.y };
        drag.moved += Math.hypot(by.x, by.y);
        context.set({ zoom: panBy(zoom, by, image, pane.size) });
      } else {
        setCursor(pixelAt(point, placement, image));
      }
      if (drag) drag.at = point;
    },
    pointerup: () => {
      const clicked = drag?.what === 'image' && drag.moved < clickDistance;
      drag = undefined;
      if (clicked) canvas.dispatchEvent(new CustomEvent('press', { bubbles: true }));
    },
    pointercancel: () => {
      drag = undefined;
    },
    pointerleave: () => {
      if (!drag) setCursor(undefined);
    },
  });
}
