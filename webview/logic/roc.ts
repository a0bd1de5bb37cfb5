import type { Separation } from '../../src/defenses/detectors/separation.ts';

/** One of several curves, and what it shows. */
export interface RocRow {
  readonly name: string;
  /** A figure that belongs to it. */
  readonly figure: string;
  /** Missing if there is nothing to distinguish. */
  readonly separation?: Separation;
  /** Drawn dashed, to be distinguishable without colors. */
  readonly dashed?: boolean;
}

/** A curve with the number of its color. */
export type DrawnRow = RocRow & { readonly line: number; readonly separation: Separation };

/** The rows that have a curve, each with a color of its own as far as there are any. */
export function drawnRows(rows: readonly RocRow[]): DrawnRow[] {
  return rows.flatMap((row, i) => (row.separation ? [{ ...row, separation: row.separation, line: i % 8 }] : []));
}
