import type { ShownTest } from '../../src/page/protocol.ts';
import type { RgbaImage } from '../logic/amplify.ts';
import { LruCache } from '../logic/lru.ts';

/** An image with its exact values, and in a form that a canvas can draw. */
export interface Raster extends RgbaImage {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly canvas: OffscreenCanvas;
}

/** Loads images of a run folder and caches the most recently used ones. */
export class ImageStore {
  readonly #base: string;
  readonly #addresses: Readonly<Record<string, string>>;
  readonly #cache: LruCache<string, Promise<Raster>>;

  /** @param test where its images are. */
  constructor({ imagesBase, images = {} }: Pick<ShownTest, 'imagesBase' | 'images'>, capacity = 64) {
    this.#base = imagesBase;
    this.#addresses = images;
    this.#cache = new LruCache(capacity);
  }

  /** The address of an image. */
  url(path: string): string {
    return this.#addresses[path] ?? this.#base + path.split('/').map(encodeURIComponent).join('/');
  }

  /** Loads an image; rejects with an Error if it is missing or not an image. */
  load(path: string): Promise<Raster> {
    const known = this.#cache.get(path);
    if (known) return known;
    const loading = read(this.url(path));
    this.#cache.set(path, loading);
    // A file that appears later can be loaded then.
    loading.catch(() => this.#cache.delete(path));
    return loading;
  }
}

/** The image is fetched rather than drawn from an <img>, so that the canvas allows reading its values. */
async function read(url: string): Promise<Raster> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
  // No color management and no premultiplied alpha: the values of the file, not of the screen.
  const bitmap = await createImageBitmap(await response.blob(), {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, canvas, data: context.getImageData(0, 0, width, height).data };
}
