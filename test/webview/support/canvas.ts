import path from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import sharp from 'sharp';

/** Waits until the page, or a frame in it, has loaded and drawn the selected example. */
export async function drawn(page: Page | FrameLocator): Promise<void> {
  await page.locator('.pane canvas[aria-label]').first().waitFor();
  await page
    .locator('.stage:not([aria-busy])')
    .evaluate('() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
}

/** The color that a canvas shows for each pixel of a fitted image: the middle of its block. */
export async function shownPixels(page: Page, pane: number, width: number, height: number): Promise<number[][]> {
  await drawn(page);
  return page
    .locator('.pane canvas')
    .nth(pane)
    .evaluate(
      (canvas, size) => {
        const scale = Math.floor(Math.min(canvas.width / size.width, canvas.height / size.height));
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        // In the middle, or at the edge if a scale larger by one would not fit.
        const [right, below] = [canvas.width - scale * size.width, canvas.height - scale * size.height];
        const left = right < size.width ? 0 : Math.round(right / 2);
        const top = below < size.height ? 0 : Math.round(below / 2);
        return Array.from({ length: size.width * size.height }, (_, i) => {
          const x = left + Math.floor(((i % size.width) + 0.5) * scale);
          const y = top + Math.floor((Math.floor(i / size.width) + 0.5) * scale);
          const at = 4 * (y * canvas.width + x);
          return [data[at], data[at + 1], data[at + 2]];
        });
      },
      { width, height },
    );
}

/** The pixels of an image of a run: red, green, blue. */
export async function filePixels(folder: string, image: string): Promise<number[][]> {
  const { data, info } = await sharp(path.join(folder, image))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Array.from({ length: info.width * info.height }, (_, i) => [...data.subarray(3 * i, 3 * i + 3)]);
}
