import { exampleToOpen } from '../../src/page/opening.ts';
import type { ShownRun, ShownTest, ShownTwin } from '../../src/page/protocol.ts';
import { countFacets, epsilonsOf, type Facets, filterItems } from './filter.ts';
import { type Item, onePerImage, toItems } from './item.ts';
import { sortItems } from './sort.ts';
import type { State } from './state.ts';

/** What the extension has told. */
export interface Told {
  readonly test: ShownTest;
  /** The runs that the test can be shown of, the newest first. */
  readonly runs: readonly ShownRun[];
  /** The tests that it can be compared with, and the one that it is compared with. */
  readonly twins: readonly ShownTwin[];
  readonly twin?: ShownTest | undefined;
}

/** What the page shows: what it was told, the state, and what follows from both. Parts compare it with the previous one. */
export interface Model extends Told {
  readonly items: readonly Item[];
  readonly state: State;
  readonly visible: readonly Item[];
  readonly facets: Facets;
  readonly selected: Item | undefined;
  /** Place of the selected example among the visible ones; −1 where it is not among them. */
  readonly position: number;
}

/** The model of a state. What has not changed since `previous` is the same object. */
export function deriveModel(told: Told, state: State, previous?: Model): Model {
  const { test } = told;
  const { attack, counterexamples } = test.report;
  const isKnown = previous?.test.report.counterexamples === counterexamples;
  const items =
    previous?.test.examples === test.examples && isKnown
      ? previous.items
      : toItems(test.examples, attack.norm, isKnown ? previous?.items : [], counterexamples?.examples);
  const same =
    previous?.items === items &&
    previous.state.filter === state.filter &&
    previous.state.grouped === state.grouped &&
    previous.state.order === state.order;
  const visible = same ? previous.visible : visibleItems(pictured(items, test), state);
  const facets = same ? previous.facets : countFacets(pictured(items, test), state.filter);
  const common = { ...told, items, state, visible, facets };
  const chosen = items.find(({ key }) => key === state.selected);
  const position = chosen ? visible.findIndex((item) => stands(item, chosen, state)) : -1;
  if (position >= 0) return { ...common, selected: chosen, position };
  // A filter that hides the selected example selects the first it shows.
  const selected = chosen ? (visible[0] ?? chosen) : exampleToOpen(visible, test.report);
  return {
    ...common,
    selected: selected ?? pictured(items, test)[0],
    position: selected ? visible.indexOf(selected) : -1,
  };
}

/** The examples that can be looked at: all, or those whose images the page has in itself. */
function pictured(items: readonly Item[], { images }: ShownTest): readonly Item[] {
  return images ? items.filter(({ example }) => (example.adversarialImage ?? example.originalImage) in images) : items;
}

function visibleItems(items: readonly Item[], { filter, grouped, order }: State): readonly Item[] {
  const filtered = filterItems(items, filter);
  return sortItems(grouped ? onePerImage(filtered) : filtered, order);
}

/** Whether a tile stands for an example: for all of its image, where each image has one tile. */
function stands(tile: Item, { key, example }: Item, { grouped }: State): boolean {
  return grouped ? tile.example.index === example.index : tile.key === key;
}

/** The examples of the same image, one for each budget, the smallest first. */
export function budgetsOf({ items, test }: Pick<Model, 'items' | 'test'>, { example }: Item): Item[] {
  return pictured(items, test).filter((item) => item.example.index === example.index);
}

/** The budget that summaries are about: the chosen one, or the largest; `undefined` for attacks without one. */
export function budgetOf({ state, items }: Model): number | undefined {
  return state.filter.epsilon ?? epsilonsOf(items).at(-1);
}
