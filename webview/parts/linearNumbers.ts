import type { Context } from '../context.ts';
import { h } from '../dom.ts';
import { formatSigned } from '../logic/format.ts';
import { type LinearStep, usualExample } from '../logic/linearExample.ts';
import { disclosure } from './disclosure.ts';

/** Why many small changes add up: a linear model of six values, worked out. */
export function createLinearNumbers(context: Context): HTMLElement {
  const { t } = context;
  const { x, w, epsilon, output, alongGradient, alongSign, asFarAlongSign } = usualExample;
  const after = (step: LinearStep) => x.map((value, i) => value + (step.change[i] as number));
  const row = (name: string, values: readonly number[], ...figures: string[]) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, name),
      ...values.map((value) => h('td', { class: 'number' }, formatSigned(value))),
      ...figures.map((value) => h('td', { class: 'number' }, value)),
    );
  const stepRow = (name: string, step: LinearStep) =>
    row(name, after(step), formatSigned(step.output), formatSigned(step.largest));
  const title = t('The linear explanation in numbers');
  const size = formatSigned(epsilon);
  return disclosure(
    context,
    'numbers',
    title,
    h(
      'div',
      { class: 'worked-out' },
      h(
        'p',
        {},
        t('A model of six values computes ŷ = ⟨w, x⟩. Each step below changes them slightly, with ε = {0}.', size),
      ),
      h(
        'div',
        { class: 'worked-out-table', tabindex: 0, role: 'region', 'aria-label': title },
        h(
          'table',
          { class: 'data' },
          h(
            'thead',
            {},
            h(
              'tr',
              {},
              h('td', {}),
              h('th', { scope: 'colgroup', colspan: x.length }, t('Values')),
              h('th', { scope: 'col', class: 'number' }, 'ŷ'),
              h('th', { scope: 'col', class: 'number' }, t('Largest change')),
            ),
          ),
          h(
            'tbody',
            {},
            row('w', w, '', ''),
            row('x', x, formatSigned(output), ''),
            stepRow('x + ε · w', alongGradient),
            stepRow('x + ε · sign(w)', alongSign),
            stepRow('x + 3ε · sign(w)', asFarAlongSign),
          ),
        ),
      ),
      h(
        'p',
        {},
        t(
          'ε · w raises ŷ by ε‖w‖₂² = {0} but changes one value by {1}: ε does not bound the step in L∞.',
          formatSigned(alongGradient.output - output),
          formatSigned(alongGradient.largest),
        ),
      ),
      h(
        'p',
        {},
        t(
          'ε · sign(w) changes no value by more than ε and raises ŷ by ε‖w‖₁ = {0}, the most that any such step can. Allowed to change values by {1} as well, it brings ŷ to {2}.',
          formatSigned(alongSign.output - output),
          formatSigned(asFarAlongSign.largest),
          formatSigned(asFarAlongSign.output),
        ),
      ),
      h(
        'p',
        {},
        t(
          'With more values, ‖w‖₁ grows, while no value changes by more than ε. An image has thousands of values, so an invisible change can flip the prediction.',
        ),
      ),
      h('p', { class: 'muted' }, 'Goodfellow et al. 2015, arXiv:1412.6572'),
    ),
  );
}
