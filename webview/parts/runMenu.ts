import type { Kind } from '../../src/attacks/kind.ts';
import type { ShownRun } from '../../src/page/protocol.ts';
import { formatPercent } from '../../src/reports/format.ts';
import type { Context, Part } from '../context.ts';
import { post } from '../host.ts';
import type { Translate } from '../l10n.ts';
import { verdictTitle } from '../logic/describe.ts';
import { dropDown } from './choice.ts';

/** Chooses which run of the test is shown; hidden while there is only one. */
export function createRunMenu(context: Context): Part {
  const { t } = context;
  const menu = dropDown<string>(t('Run'), (folder) => post({ type: 'showRun', folder }));
  menu.element.classList.add('run-menu');
  return {
    element: menu.element,
    update({ runs, state, test }, previous) {
      if (runs === previous?.runs) return;
      const { folder } = state.location;
      menu.element.hidden = runs.length < 2;
      const kind = test.report.attack.kind;
      menu.update(
        runs.map((run, i) => {
          const text = describeRun(t, run, kind);
          return { value: run.folder, text: i === 0 ? t('Latest: {0}', text) : text };
        }),
        folder,
      );
    },
  };
}

/** When a run was, its verdict, and its figure. */
export function describeRun(t: Translate, { started, status, figure }: ShownRun, kind: Kind): string {
  const outcome = { running: t('Running'), canceled: t('Canceled') };
  const title = status === 'running' || status === 'canceled' ? outcome[status] : verdictTitle(t, status, kind);
  return [started, title, ...(figure === undefined ? [] : [formatPercent(figure)])].join(' · ');
}
