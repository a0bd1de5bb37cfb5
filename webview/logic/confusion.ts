import { type ClassChange, changeOf } from './filter.ts';
import type { Item } from './item.ts';

/** How often the model went from one class to another. */
export interface Confusion {
  /** The classes of rows and columns. */
  readonly classes: readonly string[];
  /** How often, by row (before) and column (after). */
  readonly counts: readonly (readonly number[])[];
  /** Number of classes that do not fit in. */
  readonly others: number;
}

/** Rows and columns that are still legible. */
const mostClasses = 20;

/**
 * The predicted classes before and after an attack. If there are many, only those between which it moves the most examples.
 * @param items at one budget.
 */
export function confusionOf(items: readonly Item[]): Confusion {
  const changes = items.map(changeOf);
  const moved = new Map<string, number>();
  const add = (name: string, by: number) => moved.set(name, (moved.get(name) ?? 0) + by);
  for (const { before, after } of changes) {
    for (const name of [before, after]) add(name, Number(before !== after));
  }
  const names = [...moved.keys()].sort((a, b) => (moved.get(b) ?? 0) - (moved.get(a) ?? 0));
  const classes = names.slice(0, mostClasses).sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  const places = new Map(classes.map((name, place) => [name, place]));
  const counts = classes.map(() => classes.map(() => 0));
  for (const { before, after } of changes) {
    const [row, column] = [places.get(before), places.get(after)];
    const cells = row === undefined ? undefined : counts[row];
    if (cells && column !== undefined) cells[column] = (cells[column] ?? 0) + 1;
  }
  return { classes, counts, others: names.length - classes.length };
}

/** Whether a cell is the chosen one. */
export function isChosen(chosen: ClassChange | null, before: string, after: string): boolean {
  return chosen?.before === before && chosen.after === after;
}
