import type { Trace } from '../../src/reports/report.ts';
import type { Item } from '../logic/item.ts';
import { LruCache } from '../logic/lru.ts';
import { type TracePoint, tracePoints } from '../logic/trace.ts';
import type { Size } from '../logic/zoom.ts';
import { ImageStore, type Raster } from './imageStore.ts';

/** The path of an attack on one example: its points, and the image at each. */
export interface LoadedTrace {
  readonly axis: Trace['axis'];
  readonly points: readonly TracePoint[];
  /** The image at a point, of the size of the original. */
  image(point: TracePoint): Raster;
}

/** Number of traces to keep, each with a picture of all its images. */
const capacity = 4;

/** Loads the traces of examples when they are shown: their steps come from the extension, their images are files. */
export class TraceStore {
  readonly #sheets: ImageStore;
  readonly #ask: (example: number) => void;
  readonly #steps = new LruCache<number, Promise<Trace['steps']>>(capacity);
  readonly #waiting = new Map<number, (steps: Trace['steps']) => void>();

  /** @param ask requests the steps of the example at an index; they arrive through `receive`. */
  constructor(imagesBase: string, ask: (example: number) => void) {
    this.#sheets = new ImageStore({ imagesBase }, capacity);
    this.#ask = ask;
  }

  /** Receives the requested steps. */
  receive(example: number, steps: Trace['steps']): void {
    this.#waiting.get(example)?.(steps);
    this.#waiting.delete(example);
  }

  /**
   * The trace of an example; `undefined` if none was recorded. Rejects with an Error if its picture is
   * missing.
   * @param size of the original image.
   */
  async load({ example, place }: Item, size: Size): Promise<LoadedTrace | undefined> {
    const { trace } = example;
    if (!trace) return undefined;
    const [steps, sheet] = await Promise.all([this.#load(place), this.#sheets.load(trace.image)]);
    if (steps.length === 0) return undefined;
    return {
      axis: trace.axis,
      points: tracePoints(steps),
      image: ({ frame }) => cut(sheet, trace.columns, frame, size),
    };
  }

  #load(place: number): Promise<Trace['steps']> {
    const known = this.#steps.get(place);
    if (known) return known;
    const loading = new Promise<Trace['steps']>((resolve) => this.#waiting.set(place, resolve));
    this.#steps.set(place, loading);
    this.#ask(place);
    return loading;
  }
}

/** One image of a contact sheet. */
function cut(sheet: Raster, columns: number, frame: number, { width, height }: Size): Raster {
  const [left, top] = [(frame % columns) * width, Math.floor(frame / columns) * height];
  const from = sheet.canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  const image = from.getImageData(left, top, width, height);
  const canvas = new OffscreenCanvas(width, height);
  (canvas.getContext('2d') as OffscreenCanvasRenderingContext2D).putImageData(image, 0, 0);
  return { width, height, data: image.data, canvas };
}
