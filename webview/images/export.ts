import type { Plan } from '../parts/scenes.ts';
import { dividerAt, drawScene } from './draw.ts';

/** Minimum width and height of a panel, as in the pictures of a report. */
const leastPanel = 192;
const gap = 12;

/** The panes as a PNG: whole images, enlarged by a whole number, side by side. */
export async function exportPng(plans: readonly Plan[], share: number): Promise<Uint8Array | undefined> {
  const drawn = plans.filter(({ layers }) => layers.length > 0);
  const image = drawn[0]?.layers[0]?.image;
  if (!image) return undefined;
  const scale = Math.max(1, Math.ceil(leastPanel / Math.max(image.width, image.height)));
  const panel = { width: scale * image.width, height: scale * image.height };
  const canvas = Object.assign(document.createElement('canvas'), {
    width: drawn.length * panel.width + (drawn.length - 1) * gap,
    height: panel.height,
  });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const placement = { scale, left: 0, top: 0 };
  for (const [i, plan] of drawn.entries()) {
    const one = Object.assign(document.createElement('canvas'), panel);
    const divider = plan.hasDivider ? dividerAt(share, image, placement, panel) : undefined;
    drawScene(one, { layers: plan.layers, image, placement, divider, hasGrid: false });
    context.drawImage(one, i * (panel.width + gap), 0);
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  return blob ? new Uint8Array(await blob.arrayBuffer()) : undefined;
}
