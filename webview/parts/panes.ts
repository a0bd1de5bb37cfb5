import type { Context, Part } from '../context.ts';
import { h } from '../dom.ts';
import { dividerAt, type Scene } from '../images/draw.ts';
import { isAbsent, type Pair } from '../images/pair.ts';
import type { Item } from '../logic/item.ts';
import { clampZoom, fitted, type Point, panBy, place, reveal, type Size, type Zoom, zoomAt } from '../logic/zoom.ts';
import { createFilePane } from './filePane.ts';
import { Pane } from './pane.ts';
import { followPointer } from './pointer.ts';
import { type Plan, planPanes } from './scenes.ts';

/** The pictures of the selected example. All panes show the same part of it. */
export interface Panes extends Part {
  /** The example to show, once its images are there, and the same image in the test that it is compared with. */
  show(item: Item, pair: Pair, twin?: Twin): void;
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

/** The same image in another test. */
export interface Twin {
  readonly names: readonly [shown: string, other: string];
  /** Missing if the other test does not have the image. */
  readonly example?: { readonly item: Pick<Item, 'example'>; readonly pair: Pair };
}

/** @param cursorMoved called when another pixel is to be read out. */
export function createPanes(context: Context, cursorMoved: () => void): Panes {
  const row = () => Array.from({ length: 3 }, () => new Pane(() => schedule()));
  const [panes, twinPanes] = [row(), row()];
  const [first] = panes as [Pane, ...Pane[]];
  const names = [h('p', { class: 'row-name ellipsis' }), h('p', { class: 'row-name ellipsis' })] as const;
  const filePane = createFilePane(context);
  const element = h(
    'div',
    { class: 'panes' },
    filePane.element,
    names[0],
    ...panes.map((pane) => pane.element),
    names[1],
    ...twinPanes.map((pane) => pane.element),
  );
  const listeners: ((percent: number) => void)[] = [];
  let pair: Pair | undefined;
  let item: Item | undefined;
  let twin: Twin | undefined;
  let cursor: Point | undefined;
  let flipped = false;
  let scheduled = false;

  /** The size of the images; unknown until there is one. */
  const imageSize = (): Size | undefined => pair && sizeOf(pair);

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
    drawRow(panes, planPanes(context.t, item, pair, state, flipped), image);
    if (twin?.example) {
      const { item: other, pair: images } = twin.example;
      drawRow(twinPanes, planPanes(context.t, other, images, state, flipped), sizeOf(images));
    } else if (twin) {
      drawRow(
        twinPanes,
        [{ captions: [], layers: [], absence: context.t('The other test does not have this image.') }],
        image,
      );
    }
    if (!image) return;
    const percent = Math.round((100 * place(state.zoom, image, first.size).scale) / devicePixelRatio);
    for (const listen of listeners) listen(percent);
  }

  function drawRow(row: readonly Pane[], plans: readonly Plan[], image: Size | undefined): void {
    const { state } = context.model();
    for (const [i, pane] of row.entries()) {
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
  }

  /** Hides the panes that the mode does not have. */
  function showRows(): void {
    const { mode } = context.model().state;
    element.classList.toggle('is-compared', twin !== undefined && mode !== 'file');
    for (const [i, name] of names.entries()) {
      name.hidden = twin === undefined || mode === 'file';
      name.textContent = twin?.names[i] ?? '';
    }
    for (const row of [panes, twinPanes]) {
      const hasRow = row === panes || (twin !== undefined && mode !== 'file');
      for (const [i, pane] of row.entries()) pane.element.hidden = !hasRow || (i > 0 && mode !== 'side');
    }
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
    show(example, images, other) {
      item = example;
      pair = images;
      twin = other;
      showRows();
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
        showRows();
      }
      schedule();
    },
  };
  for (const pane of [...panes, ...twinPanes]) followPointer(context, pane, self.setCursor, imageSize);
  return self;
}

/** The size of the images of a pair; unknown where there is none. */
function sizeOf({ original, adversarial }: Pair): Size | undefined {
  const picture = isAbsent(original) ? adversarial : original;
  return isAbsent(picture) ? undefined : { width: picture.width, height: picture.height };
}
