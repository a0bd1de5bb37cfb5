/** A grid of equal tiles in a scrolling box. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly rowHeight: number;
  /** Height of all rows. */
  readonly height: number;
}

/** The number of columns that fit; the tiles share the width. */
export function layOut(count: number, width: number, leastTileWidth: number, rowHeight: number): Grid {
  const columns = Math.max(1, Math.floor(width / leastTileWidth));
  const rows = Math.ceil(count / columns);
  return { columns, rows, tileWidth: Math.floor(width / columns), rowHeight, height: rows * rowHeight };
}

/** The tiles to draw: `first` up to but without `end`, those in sight and some rows on either side. */
export function visibleRange(
  { columns, rows, rowHeight }: Grid,
  count: number,
  scrollTop: number,
  height: number,
  overscan: number,
): { first: number; end: number } {
  const firstRow = Math.max(0, Math.min(rows, Math.floor(scrollTop / rowHeight)) - overscan);
  const endRow = Math.max(0, Math.ceil((scrollTop + height) / rowHeight)) + overscan;
  return { first: Math.min(count, firstRow * columns), end: Math.min(count, endRow * columns) };
}

/** Where to scroll, as little as possible, so that a tile is in sight. */
export function scrollToTile({ columns, rowHeight }: Grid, tile: number, scrollTop: number, height: number): number {
  const top = Math.floor(tile / columns) * rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - height);
}

/** The tile that a key leads to from another; `undefined` for other keys. */
export function moveTo(key: string, from: number, count: number, columns: number, page: number): number | undefined {
  const to = destination(key, from, count, columns, page);
  return to === undefined || count === 0 ? undefined : Math.max(0, Math.min(count - 1, to));
}

function destination(key: string, from: number, count: number, columns: number, page: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
      return from - 1;
    case 'ArrowRight':
      return from + 1;
    case 'ArrowUp':
      return from - columns < 0 ? from : from - columns;
    case 'ArrowDown':
      // From the last full row into a shorter one: to its end.
      return Math.floor(from / columns) === Math.floor((count - 1) / columns) ? from : from + columns;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    case 'PageUp':
      return Math.max(from % columns, from - Math.max(1, page) * columns);
    case 'PageDown':
      return from + Math.max(1, page) * columns;
    default:
      return undefined;
  }
}
