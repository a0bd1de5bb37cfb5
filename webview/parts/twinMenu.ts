import type { Context, Part } from '../context.ts';
import { fill, h, on } from '../dom.ts';
import { post } from '../host.ts';
import { icon, verdictIcon } from '../icons.ts';
import { verdictTitle } from '../logic/describe.ts';
import { dropDown } from './choice.ts';
import { describeRun } from './runMenu.ts';

/** Chooses what the shown test is compared with: another run of it, or another model or attack on the same images. */
export function createTwinMenu(context: Context): Part {
  const { t } = context;
  const menu = dropDown<string | null>(t('Compare with'), (value) => {
    if (value === null) context.endComparison();
    else post({ type: 'loadTwin', location: JSON.parse(value) });
  });
  const end = on(
    h('button', { type: 'button', class: 'quiet square', 'aria-label': t('End comparison') }, icon('close')),
    {
      click: () => context.endComparison(),
    },
  );
  const result = h('span', { class: 'ellipsis' });
  const element = h('div', { class: 'twin-menu' }, menu.element, result, end);
  return {
    element,
    update({ runs, twins, twin, test, state }, previous) {
      if (runs === previous?.runs && twins === previous.twins && twin === previous.twin) return;
      const { kind } = test.report.attack;
      const others = runs.filter(({ folder, status }) => folder !== state.location.folder && status !== 'running');
      const options = [
        { value: null, text: t('nothing') },
        ...twins.map(({ folder, test, ...run }) => ({
          value: JSON.stringify({ folder, test }),
          text: `${test}: ${describeRun(t, { ...run, folder }, kind)}`,
        })),
        ...others.map((run) => ({
          value: JSON.stringify({ folder: run.folder, test: state.location.test }),
          text: t('Run of {0}', describeRun(t, run, kind)),
        })),
      ];
      element.hidden = options.length < 2;
      const chosen =
        twin && options.find(({ value }) => value !== null && isOf(value, twin.imagesBase, twin.report.id));
      menu.update(options, chosen?.value ?? null);
      end.hidden = result.hidden = twin === undefined;
      if (!twin) return;
      const { status, message } = twin.report;
      fill(result, verdictIcon(status), ` ${verdictTitle(t, status, kind)}: ${message}`);
      result.title = message;
    },
  };
}

/** Whether an option is the test that is compared with: its images are in the run folder. */
function isOf(option: string, imagesBase: string, id: string): boolean {
  const { folder, test } = JSON.parse(option) as { folder: string; test: string };
  const name = folder.split(/[\\/]/).at(-1) ?? '';
  return test === id && decodeURIComponent(imagesBase).includes(name);
}
