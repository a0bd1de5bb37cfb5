import type { Context, Part } from '../context.ts';
import { h, on, setAttributes } from '../dom.ts';
import { describeExample } from '../logic/describe.ts';
import { everything } from '../logic/filter.ts';
import type { Item } from '../logic/item.ts';
import type { Model } from '../logic/model.ts';
import { type Grid, layOut, moveTo, scrollToTile, visibleRange } from '../logic/virtual.ts';
import { createTile } from './tile.ts';

const leastTileWidth = 124;
/** Height of a tile with the gap below it; styles/gallery.css fills it. */
const rowHeight = 156;
const overscan = 2;

/** A part that can take the focus. */
export interface Gallery extends Part {
  focus(): void;
}

/** All examples as thumbnails. Only those in sight are in the document, however many there are. */
export function createGallery(context: Context): Gallery {
  const { t } = context;
  const sheet = h('div', { class: 'sheet', role: 'presentation' });
  const list = h('div', { class: 'tiles', role: 'listbox', 'aria-label': t('Examples') }, sheet);
  const reset = h('button', { type: 'button' }, t('Show all examples'));
  const empty = h('div', { class: 'empty' }, h('p', {}, t('No example matches the filters.')), reset);
  on(reset, { click: () => context.set({ filter: everything }) });
  const element = h('div', { class: 'gallery' }, list, empty);

  /** The tiles in the document, by their place, and what they show. */
  let tiles = new Map<number, { readonly element: HTMLElement; readonly item: Item }>();
  let grid: Grid = layOut(0, 1, leastTileWidth, rowHeight);

  function draw(model: Model): void {
    const { visible, position } = model;
    const { first, end } = visibleRange(grid, visible.length, list.scrollTop, list.clientHeight, overscan);
    // The selected tile stays in the document: it holds the focus and the tab stop.
    const wanted = new Set(Array.from({ length: end - first }, (_, i) => first + i));
    if (position >= 0) wanted.add(position);
    // An example keeps its tile wherever it goes, so that its picture does not blink as others finish.
    const kept = new Map([...tiles.values()].map(({ item, element }) => [item, element]));
    const drawn: typeof tiles = new Map();
    for (const place of [...wanted].sort((a, b) => a - b)) {
      const item = visible[place];
      if (!item) continue;
      const element = kept.get(item) ?? createTile(context, item, model);
      kept.delete(item);
      drawn.set(place, { item, element });
      const isSelected = place === position;
      setAttributes(element, {
        'data-place': place,
        'aria-setsize': visible.length,
        'aria-posinset': place + 1,
        'aria-selected': String(isSelected),
        tabindex: isSelected ? 0 : -1,
      });
      element.style.width = `${grid.tileWidth}px`;
      element.style.transform = `translate(${(place % grid.columns) * grid.tileWidth}px, ${Math.floor(place / grid.columns) * rowHeight}px)`;
    }
    for (const element of kept.values()) element.remove();
    // Reading order is the order in the document.
    let next: Element | null = sheet.firstElementChild;
    for (const { element } of drawn.values()) {
      if (element === next) next = next.nextElementSibling;
      else sheet.insertBefore(element, next);
    }
    tiles = drawn;
  }

  function lay(model: Model): void {
    grid = layOut(model.visible.length, list.clientWidth, leastTileWidth, rowHeight);
    sheet.style.height = `${grid.height}px`;
  }

  function scrollToSelected({ position }: Model): void {
    if (position >= 0) list.scrollTop = scrollToTile(grid, position, list.scrollTop, list.clientHeight);
  }

  function select(place: number): void {
    const item = context.model().visible[place];
    if (item) context.set({ selected: item.key });
  }

  on(list, {
    scroll: () => draw(context.model()),
    click: ({ target }) => {
      const tile = (target as Element).closest<HTMLElement>('.tile');
      if (tile) select(Number(tile.dataset.place));
    },
    dblclick: () => context.focus('pictures'),
    keydown: (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Enter') {
        context.focus('pictures');
      } else {
        const { visible, position } = context.model();
        const page = Math.floor(list.clientHeight / rowHeight);
        const to = moveTo(event.key, position, visible.length, grid.columns, page);
        if (to === undefined) return;
        select(to);
      }
      event.preventDefault();
    },
  });

  new ResizeObserver(() => {
    const model = context.model();
    lay(model);
    scrollToSelected(model);
    draw(model);
  }).observe(list);

  return {
    element,
    focus: () => tiles.get(context.model().position)?.element.focus(),
    update(model, previous) {
      const refilled = model.visible !== previous?.visible;
      if (!refilled && model.position === previous?.position) return;
      // The focus follows the selection; asked for now, because the tile that has it may have to go.
      const isFocused = list.contains(document.activeElement);
      if (refilled) {
        empty.hidden = model.visible.length > 0;
        list.hidden = !empty.hidden;
        lay(model);
      }
      // After sorting, users want to see the first example; after filtering, the selected one. Examples that finish meanwhile
      // leave the list where the user has scrolled it to.
      const isOnlyMore =
        previous?.test !== model.test && !previous?.test.isBeginning && previous?.selected === model.selected;
      if (previous && model.state.order !== previous.state.order) list.scrollTop = 0;
      else if (!isOnlyMore) scrollToSelected(model);
      draw(model);
      if (isFocused) tiles.get(model.position)?.element.focus({ preventScroll: true });
      if (previous && model.selected && model.selected !== previous.selected) {
        const { attack } = model.test.report;
        const words = describeExample(t, model.selected.example, attack, attack.epsilons.length > 1);
        context.announce(t('Example {0} of {1}: {2}', model.position + 1, model.visible.length, words));
      }
    },
  };
}
