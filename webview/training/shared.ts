import type { TrainedFile } from '../../src/page/trainingProtocol.ts';
import { type Child, h, on } from '../dom.ts';
import { icon } from '../icons.ts';
import type { Translate } from '../l10n.ts';
import { post } from './host.ts';

/** A link that opens a written file. */
export function createFile(file: TrainedFile, path: string): HTMLElement {
  return on(h('button', { type: 'button', class: 'link' }, path), { click: () => post({ type: 'open', file }) });
}

/** Rows of names and values. */
export function createRows(rows: readonly (readonly [name: string, value: Child])[]): HTMLElement {
  return h(
    'dl',
    { class: 'facts' },
    ...rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  );
}

export function createWarnings(t: Translate, warnings: readonly string[]): HTMLElement[] {
  return warnings.map((warning) =>
    h('p', { class: 'warning' }, icon('warning'), h('span', { class: 'hidden' }, t('Warning: ')), warning),
  );
}

/** A time in seconds, formatted for the user. */
export function formatTime(t: Translate, seconds: number): string {
  if (seconds < 120) return t('{0} s', seconds.toFixed(1));
  return seconds < 7200 ? t('{0} min', (seconds / 60).toFixed(1)) : t('{0} h', (seconds / 3600).toFixed(1));
}
