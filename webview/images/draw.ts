import type { Placement, Point, Size } from '../logic/zoom.ts';

/** A picture drawn on top of the previous ones. */
export interface Layer {
  readonly image: OffscreenCanvas;
  readonly alpha?: number;
  /** Only the part to the right of the divider. */
  readonly rightOfDivider?: boolean;
}

/** What a pane shows. */
export interface Scene {
  readonly layers: readonly Layer[];
  readonly image: Size;
  readonly placement: Placement;
  /** Device pixels from the left edge of the pane. */
  readonly divider?: number;
  /** The inspected image pixel. */
  readonly cursor?: Point;
  /** `false` draws no lines between pixels, no matter how large they are. */
  readonly hasGrid?: boolean;
}

/** Lines separate the pixels from this many CSS pixels per image pixel. */
const gridScale = 20;

// Black next to white is visible on any picture, in any theme.
const [dark, light] = ['#000', '#fff'];

/** Draws a pane, each image pixel as one block. */
export function drawScene(canvas: HTMLCanvasElement, scene: Scene | undefined): void {
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!scene) return;
  const { layers, image, placement, divider, cursor, hasGrid = true } = scene;
  const { scale, left, top } = placement;
  context.imageSmoothingEnabled = false;
  for (const { image: picture, alpha = 1, rightOfDivider } of layers) {
    context.save();
    if (rightOfDivider && divider !== undefined) {
      context.beginPath();
      context.rect(divider, 0, canvas.width - divider, canvas.height);
      context.clip();
    }
    context.globalAlpha = alpha;
    context.drawImage(picture, left, top, image.width * scale, image.height * scale);
    context.restore();
  }
  if (hasGrid && scale >= gridScale * devicePixelRatio) drawGrid(context, image, placement);
  if (divider !== undefined) drawDivider(context, divider, seen(image.height, scale, top, canvas.height));
  if (cursor) drawCursor(context, cursor, placement);
}

/** Position of the divider: across the visible part of the image. */
export function dividerAt(share: number, { width }: Size, { scale, left }: Placement, pane: Size): number {
  const [from, to] = seen(width, scale, left, pane.width);
  return Math.round(from + share * (to - from));
}

/** The fraction of the image to the left of a point of the pane: the inverse. */
export function shareAt(x: number, { width }: Size, { scale, left }: Placement, pane: Size): number {
  const [from, to] = seen(width, scale, left, pane.width);
  return Math.min(1, Math.max(0, (x - from) / (to - from)));
}

/** The part of a pane, in one direction, that the image covers. */
function seen(length: number, scale: number, start: number, across: number): [from: number, to: number] {
  return [Math.max(0, start), Math.min(across, start + length * scale)];
}

function drawGrid(context: CanvasRenderingContext2D, image: Size, { scale, left, top }: Placement): void {
  const { width, height } = context.canvas;
  context.fillStyle = 'rgba(128, 128, 128, 0.55)';
  const [right, bottom] = [left + image.width * scale, top + image.height * scale];
  const [from, to] = [Math.max(0, top), Math.min(height, bottom)];
  for (let x = left; x <= right; x += scale)
    if (x >= 0 && x <= width) context.fillRect(Math.round(x), from, 1, to - from);
  const [start, end] = [Math.max(0, left), Math.min(width, right)];
  for (let y = top; y <= bottom; y += scale)
    if (y >= 0 && y <= height) context.fillRect(start, Math.round(y), end - start, 1);
}

function drawDivider(context: CanvasRenderingContext2D, x: number, [from, to]: [from: number, to: number]): void {
  const middle = (from + to) / 2;
  const thin = Math.max(1, Math.round(devicePixelRatio));
  context.fillStyle = dark;
  context.fillRect(x - 2 * thin, from, 4 * thin, to - from);
  context.fillStyle = light;
  context.fillRect(x - thin, from, 2 * thin, to - from);
  const radius = 9 * thin;
  context.beginPath();
  context.arc(x, middle, radius, 0, 2 * Math.PI);
  context.fill();
  context.lineWidth = thin;
  context.strokeStyle = dark;
  context.stroke();
  context.beginPath();
  for (const side of [-1, 1]) {
    context.moveTo(x + side * 3 * thin, middle - 3 * thin);
    context.lineTo(x + side * 6 * thin, middle);
    context.lineTo(x + side * 3 * thin, middle + 3 * thin);
  }
  context.lineWidth = 1.5 * thin;
  context.stroke();
}

function drawCursor(context: CanvasRenderingContext2D, { x, y }: Point, { scale, left, top }: Placement): void {
  const thin = Math.max(1, Math.round(devicePixelRatio));
  const box = (margin: number): [number, number, number, number] => {
    const size = Math.max(scale, 3) + 2 * margin;
    return [left + x * scale - margin, top + y * scale - margin, size, size];
  };
  context.lineWidth = thin;
  context.strokeStyle = dark;
  context.strokeRect(...box(1.5 * thin));
  context.strokeStyle = light;
  context.strokeRect(...box(0.5 * thin));
}
