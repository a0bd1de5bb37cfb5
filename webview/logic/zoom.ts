/** A width and a height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The visible part of an image, regardless of its size and the pane's. */
export interface Zoom {
  /** Enlargement beyond the fitting one. */
  readonly factor: number;
  /** Point of the image in the middle of the pane, from 0 to 1. */
  readonly x: number;
  readonly y: number;
}

/** Where an image lies in a pane, in device pixels. */
export interface Placement {
  /** Device pixels per image pixel. */
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export const fitted: Zoom = { factor: 1, x: 0.5, y: 0.5 };

/** Maximum magnification, in device pixels per image pixel. */
const largestScale = 96;

/** The scale at which all of the image is seen: whole where it enlarges, so that all pixels are of one size. */
export function fitScale(image: Size, pane: Size): number {
  const scale = Math.min(pane.width / image.width, pane.height / image.height);
  return scale >= 1 ? Math.floor(scale) : Math.max(scale, 1 / Math.max(image.width, image.height));
}

/** Where the image lies. */
export function place(zoom: Zoom, image: Size, pane: Size): Placement {
  const scale = scaleOf(zoom, image, pane);
  return {
    scale,
    left: Math.round(offset(zoom.x, image.width, scale, pane.width)),
    top: Math.round(offset(zoom.y, image.height, scale, pane.height)),
  };
}

/** The zoom kept within bounds: no smaller than fitting, no empty margin where the image could fill the pane. */
export function clampZoom({ factor, x, y }: Zoom, image: Size, pane: Size): Zoom {
  const most = Math.max(1, largestScale / fitScale(image, pane));
  const bounded = { factor: Math.min(most, Math.max(1, factor)), x, y };
  const scale = scaleOf(bounded, image, pane);
  return {
    factor: bounded.factor,
    x: clampCenter(x, pane.width / (image.width * scale)),
    y: clampCenter(y, pane.height / (image.height * scale)),
  };
}

/** Zooms by a ratio, with the image under `point` staying there. */
export function zoomAt(zoom: Zoom, ratio: number, point: Point, image: Size, pane: Size): Zoom {
  const before = place(zoom, image, pane);
  const next = clampZoom({ ...zoom, factor: zoom.factor * ratio }, image, pane);
  const scale = scaleOf(next, image, pane);
  const center = (at: number, start: number, length: number, across: number) =>
    ((at - start) / before.scale + (across / 2 - at) / scale) / length;
  return clampZoom(
    {
      factor: next.factor,
      x: center(point.x, before.left, image.width, pane.width),
      y: center(point.y, before.top, image.height, pane.height),
    },
    image,
    pane,
  );
}

/** Moves the image by device pixels. */
export function panBy(zoom: Zoom, by: Point, image: Size, pane: Size): Zoom {
  const scale = scaleOf(zoom, image, pane);
  return clampZoom(
    { factor: zoom.factor, x: zoom.x - by.x / (scale * image.width), y: zoom.y - by.y / (scale * image.height) },
    image,
    pane,
  );
}

/** The image pixel at a point of the pane. */
export function pixelAt(point: Point, { scale, left, top }: Placement, image: Size): Point | undefined {
  const pixel = { x: Math.floor((point.x - left) / scale), y: Math.floor((point.y - top) / scale) };
  return pixel.x >= 0 && pixel.y >= 0 && pixel.x < image.width && pixel.y < image.height ? pixel : undefined;
}

/** Moves just far enough to make a pixel of the image visible. */
export function reveal(zoom: Zoom, pixel: Point, image: Size, pane: Size): Zoom {
  const { scale, left, top } = place(zoom, image, pane);
  const shift = (start: number, across: number) => Math.max(0, -start) - Math.max(0, start + scale - across);
  return panBy(
    zoom,
    { x: shift(left + pixel.x * scale, pane.width), y: shift(top + pixel.y * scale, pane.height) },
    image,
    pane,
  );
}

function scaleOf({ factor }: Zoom, image: Size, pane: Size): number {
  const scale = fitScale(image, pane) * factor;
  return scale >= 4 ? Math.round(scale) : scale;
}

/**
 * Start of a length in a pane: where it fits, in the middle, or at the edge if there is less left over than whole scales
 * leave, so that it begins where its caption does; else so that `center` is in the middle.
 */
function offset(center: number, pixels: number, scale: number, across: number): number {
  const rest = across - pixels * scale;
  if (rest < 0) return across / 2 - center * pixels * scale;
  return rest < pixels ? 0 : rest / 2;
}

function clampCenter(center: number, visible: number): number {
  if (visible >= 1) return 0.5;
  return Math.min(1 - visible / 2, Math.max(visible / 2, center));
}
