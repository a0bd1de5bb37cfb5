import type { ShownTest } from '../../src/page/protocol.ts';
import { countFacets, type Facets, filterItems } from './filter.ts';
import { type Item, toItems } from './item.ts';
import { sortItems } from './sort.ts';
import type { State } from './state.ts';

/** What the page shows: the test, the state, and what follows from both. Parts compare it with the previous one. */
export interface Model {
  readonly test: ShownTest;
  readonly items: readonly Item[];
  readonly state: State;
  readonly visible: readonly Item[];
  readonly facets: Facets;
  readonly selected: Item | undefined;
  /** Place of the selected example among the visible ones; −1 where it is not among them. */
  readonly position: number;
}

/** The model of a state. What has not changed since `previous` is the same object. */
export function deriveModel(test: ShownTest, state: State, previous?: Model): Model {
  const items = previous?.test === test ? previous.items : toItems(test.examples, test.report.attack.norm);
  const same =
    previous?.items === items && previous.state.filter === state.filter && previous.state.order === state.order;
  const visible = same ? previous.visible : sortItems(filterItems(items, state.filter), state.order);
  const facets = same ? previous.facets : countFacets(items, state.filter);
  const position = visible.findIndex(({ key }) => key === state.selected);
  if (position >= 0) return { test, items, state, visible, facets, selected: visible[position], position };
  // A filter that hides the selected example selects the first it shows.
  const selected = visible[0] ?? items.find(({ key }) => key === state.selected) ?? items[0];
  return { test, items, state, visible, facets, selected, position: visible.length > 0 ? 0 : -1 };
}
