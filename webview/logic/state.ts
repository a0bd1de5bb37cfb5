import { states } from '../../src/corpus/states.ts';
import type { ViewLocation } from '../../src/page/protocol.ts';
import { type DifferenceKind, differenceKinds, type Gain, gains } from './amplify.ts';
import { type ClassChange, everything, type Filter, statuses } from './filter.ts';
import { type Order, orders } from './sort.ts';
import { fitted, type Zoom } from './zoom.ts';

/** The ways of comparing an image with its adversarial example; `file` compares it with the file that it was read from. */
export const modes = ['side', 'swipe', 'flicker', 'difference', 'overlay', 'file'] as const;
export type Mode = (typeof modes)[number];

/** The disclosures, which are initially closed. */
export const disclosures = ['details', 'findings', 'curve', 'queries', 'histogram', 'steps', 'numbers'] as const;
export type Disclosure = (typeof disclosures)[number];

/** Everything that a reload restores. */
export interface State {
  readonly location: ViewLocation;
  /** Key of the selected example; `null` until one is chosen. */
  readonly selected: string | null;
  readonly filter: Filter;
  /** Each image has one tile, whatever the number of budgets. */
  readonly grouped: boolean;
  readonly order: Order;
  readonly mode: Mode;
  readonly kind: DifferenceKind;
  readonly gain: Gain;
  /** Place of the divider in swipe mode, from 0 to 1. */
  readonly divider: number;
  /** Weight of the adversarial image in overlay mode, from 0 to 1. */
  readonly opacity: number;
  readonly zoom: Zoom;
  readonly open: readonly Disclosure[];
  /** Place of the point of the trace that is shown; `null` shows the example as it is reported. */
  readonly step: number | null;
}

/** The initial state of a view. */
export function initialState(location: ViewLocation): State {
  return {
    location,
    selected: null,
    filter: everything,
    grouped: false,
    order: 'original',
    mode: 'side',
    kind: 'signed',
    gain: 'auto',
    divider: 0.5,
    opacity: 0.5,
    zoom: fitted,
    open: [],
    step: null,
  };
}

/** The initial state: what was saved for the same test, in whatever run, as far as it is valid, and defaults for the rest. */
export function restoreState(saved: unknown, location: ViewLocation): State {
  const initial = initialState(location);
  if (!isRecord(saved) || !isRecord(saved.location)) return initial;
  if (saved.location.test !== location.test) return initial;
  return {
    location,
    selected: typeof saved.selected === 'string' ? saved.selected : initial.selected,
    filter: restoreFilter(saved.filter),
    grouped: saved.grouped === true,
    order: oneOf(orders, saved.order) ?? initial.order,
    mode: oneOf(modes, saved.mode) ?? initial.mode,
    kind: oneOf(differenceKinds, saved.kind) ?? initial.kind,
    gain: oneOf(gains, saved.gain) ?? initial.gain,
    divider: fraction(saved.divider) ?? initial.divider,
    opacity: fraction(saved.opacity) ?? initial.opacity,
    zoom: restoreZoom(saved.zoom),
    open: disclosures.filter((name) => Array.isArray(saved.open) && saved.open.includes(name)),
    step: typeof saved.step === 'number' && saved.step >= 0 && Number.isInteger(saved.step) ? saved.step : null,
  };
}

function restoreFilter(saved: unknown): Filter {
  if (!isRecord(saved)) return everything;
  return {
    status: oneOf(statuses, saved.status) ?? null,
    label: typeof saved.label === 'string' ? saved.label : null,
    epsilon: typeof saved.epsilon === 'number' ? saved.epsilon : null,
    change: restoreChange(saved.change),
    known: oneOf(states, saved.known) ?? null,
    name: typeof saved.name === 'string' ? saved.name : '',
  };
}

function restoreChange(saved: unknown): ClassChange | null {
  if (!isRecord(saved) || typeof saved.before !== 'string' || typeof saved.after !== 'string') return null;
  return { before: saved.before, after: saved.after };
}

function restoreZoom(saved: unknown): Zoom {
  if (!isRecord(saved)) return fitted;
  const { factor } = saved;
  const [x, y] = [fraction(saved.x), fraction(saved.y)];
  if (typeof factor !== 'number' || !(factor >= 1) || x === undefined || y === undefined) return fitted;
  return { factor, x, y };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function oneOf<T>(choices: readonly T[], value: unknown): T | undefined {
  return choices.find((choice) => choice === value);
}

function fraction(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined;
}
