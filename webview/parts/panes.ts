import type { Context, Part } from '../context.ts';
import { h } from '../dom.ts';
import { dividerAt, type Scene } from '../images/draw.ts';
import { isAbsent, type Pair } from '../images/pair.ts';
import type { Item } from '../logic/item.ts';
import { clampZoom, fitted, type Point, panBy, place, reveal, type Size, type Zoom, zoomAt } from '../logic/zoom.ts';
import { createFilePane } from './filePane.ts';
import { Pane } from './pane.ts';
import { followPointer } from './pointer.ts';
import { planPanes } from './scenes.ts';

/** The pictures of the selected example. All panes show the same part of it. */
export interface Panes extends Part {
  /** The example to show, once its images are there. */
  show(item: Item, pair: Pair): void;
  /** Redraws, with the other image in flicker mode. */
  flip(adversarial: boolean): void;
  /** Zooms about the middle. */
  zoomBy(ratio: number): void;
  fit(): void;
  /** Moves the image by CSS pixels. */
  panBy(x: number, y: number): void;
  /** The pixel that is read out. */
  readonly cursor: Point | undefined;
  setCursor(pixel: Point | undefined): void;
  /** Moves the pixel cursor, and the image after it. */
  moveCursor(x: number, y: number): void;
  /** Called with the enlargement in percent whenever it changes. */
  onScale(listen: (percent: number) => void): void;
}

/** @param cursorMoved called when another pixel is to be read out. */
export function createPanes(context: Context, cursorMoved: () => void): Panes {
  const panes = Array.from({ length: 3 }, () => new Pane(() => schedule()));
  const [first] = panes as [Pane, ...Pane[]];
  const filePane = createFilePane(context);
  const element = h('div', { class: 'panes' }, filePane.element, ...panes.map((pane) => pane.element));
  const listeners: ((percent: number) => void)[] = [];
  let pair: Pair | undefined;
  let item: Item | undefined;
  let cursor: Point | undefined;
  let flipped = false;
  let scheduled = false;

  /** The size of the images; unknown until there is one. */
  const imageSize = (): Size | undefined => {
    const picture = pair && (isAbsent(pair.original) ? pair.adversarial : pair.original);
    return picture && !isAbsent(picture) ? { width: picture.width, height: picture.height } : undefined;
  };

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      draw();
    });
  }

  function draw(): void {
    const { state } = context.model();
    if (!pair || !item) return;
    if (state.mode === 'file') filePane.show(item);
    const image = imageSize();
    const plans = planPanes(context.t, item, pair, state, flipped);
    for (const [i, pane] of panes.entries()) {
      const plan = plans[i];
      if (!plan) continue;
      let scene: Scene | undefined;
      if (image && plan.layers.length > 0) {
        const placement = place(clampZoom(state.zoom, image, pane.size), image, pane.size);
        const divider = plan.hasDivider ? dividerAt(state.divider, image, placement, pane.size) : undefined;
        scene = { layers: plan.layers, image, placement, divider, cursor };
      }
      pane.show(plan.captions, scene, plan.absence);
    }
    if (!image) return;
    const percent = Math.round((100 * place(state.zoom, image, first.size).scale) / devicePixelRatio);
    for (const listen of listeners) listen(percent);
  }

  function change(next: (zoom: Zoom, image: Size, pane: Size) => Zoom): void {
    const image = imageSize();
    if (image) context.set({ zoom: next(clampZoom(context.model().state.zoom, image, first.size), image, first.size) });
  }

  function setCursor(pixel: Point | undefined): void {
    if (pixel?.x === cursor?.x && pixel?.y === cursor?.y) return;
    cursor = pixel;
    schedule();
    cursorMoved();
  }

  const self: Panes = {
    element,
    show(example, images) {
      item = example;
      pair = images;
      const image = imageSize();
      if (image) element.style.setProperty('--aspect', String(image.width / image.height));
      if (image && cursor && (cursor.x >= image.width || cursor.y >= image.height)) cursor = undefined;
      draw();
    },
    flip(adversarial) {
      flipped = adversarial;
      schedule();
    },
    zoomBy: (ratio) =>
      change((zoom, image, pane) => zoomAt(zoom, ratio, { x: pane.width / 2, y: pane.height / 2 }, image, pane)),
    fit: () => context.set({ zoom: fitted }),
    panBy: (x, y) =>
      change((zoom, image, pane) => panBy(zoom, { x: x * devicePixelRatio, y: y * devicePixelRatio }, image, pane)),
    get cursor() {
      return cursor;
    },
    setCursor,
    moveCursor(x, y) {
      const image = imageSize();
      if (!image) return;
      const from = cursor ?? { x: Math.floor(image.width / 2) - x, y: Math.floor(image.height / 2) - y };
      const to = {
        x: Math.max(0, Math.min(image.width - 1, from.x + x)),
        y: Math.max(0, Math.min(image.height - 1, from.y + y)),
      };
      setCursor(to);
      change((zoom, size, pane) => reveal(zoom, to, size, pane));
    },
    onScale: (listen) => listeners.push(listen),
    update({ state }, previous) {
      if (state === previous?.state) return;
      if (state.mode !== previous?.state.mode) {
        element.dataset.mode = state.mode;
        filePane.element.hidden = state.mode !== 'file';
        for (const pane of panes) pane.element.hidden = pane !== first && state.mode !== 'side';
      }
      schedule();
    },
  };
  for (const pane of panes) followPointer(context, pane, self.setCursor, imageSize);
  return self;
}
