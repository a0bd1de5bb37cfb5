import type { ShownExample, ShownTest } from '../../src/page/protocol.ts';
import { formatPercent } from '../../src/reports/format.ts';
import type { TestReport } from '../../src/reports/report.ts';
import type { Context } from '../context.ts';
import { h } from '../dom.ts';
import { icon } from '../icons.ts';
import type { Translate } from '../l10n.ts';

type Enrolled = NonNullable<TestReport['model']['enrolled']>;

/** Errors at the threshold in a line of the header, before the attack and at the last budget; `undefined` for other models. */
export function createVerificationLine(t: Translate, { report }: ShownTest): HTMLElement | undefined {
  const { verification } = report.rounds.at(-1) ?? {};
  if (!verification) return undefined;
  const { clean, attacked, equalErrorRate } = verification;
  const parts = [
    t('False accepts: {0} → {1}', clean.falseAccepts, attacked.falseAccepts),
    t('False rejects: {0} → {1}', clean.falseRejects, attacked.falseRejects),
    ...(equalErrorRate ? [t('Equal error rate: {0}', formatPercent(equalErrorRate.rate))] : []),
  ];
  return h(
    'p',
    { class: 'detector-line' },
    icon('search'),
    h('span', { class: 'summary' }, ...parts.map((part) => h('span', {}, part))),
  );
}

/**
 * How similar an image is to an enrolled image of each identity that matters, before and after the attack; `undefined` for
 * models that compare with none.
 */
export function createVerification(
  { t, images }: Context,
  example: ShownExample,
  enrolled: Enrolled | undefined,
): HTMLElement | undefined {
  const { clean, adversarial } = example;
  if (!enrolled || !clean.similarities) return undefined;
  const cell = (value: number | undefined) => {
    const isAccepted = value !== undefined && value >= enrolled.threshold;
    const meaning = isAccepted ? t('accepted') : t('rejected');
    const children =
      value === undefined
        ? []
        : [
            h('span', { title: meaning }, icon(isAccepted ? 'check' : 'dash'), value.toFixed(2)),
            h('span', { class: 'hidden' }, `, ${meaning}`),
          ];
    return h('td', { class: 'number' }, ...children);
  };
  return h(
    'table',
    { class: 'data similarities' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, t('Similarity, accepted from {0} on', enrolled.threshold)),
        h('th', { scope: 'col', class: 'number' }, t('Before')),
        adversarial !== null && h('th', { scope: 'col', class: 'number' }, t('After')),
      ),
    ),
    h(
      'tbody',
      {},
      ...placesIn(example, enrolled).map((place) => {
        const { name, image } = enrolled.identities[place] as Enrolled['identities'][number];
        return h(
          'tr',
          {},
          h(
            'th',
            { scope: 'row', class: 'ellipsis', title: name },
            h('img', { src: images.url(image), alt: '' }),
            name,
          ),
          cell(clean.similarities?.[place]),
          adversarial !== null && cell(adversarial.similarities?.[place]),
        );
      }),
    ),
  );
}

/** Whom the image shows and shall be taken for, whom it is taken for, and else whom it resembles most. */
function placesIn({ label, target, clean, adversarial }: ShownExample, { identities }: Enrolled): number[] {
  const named = [label, target, clean.class, adversarial?.class].map((name) =>
    identities.findIndex((identity) => identity.name === name),
  );
  const similarities = clean.similarities ?? [];
  const nearest = similarities.indexOf(Math.max(...similarities));
  const places = [...new Set(named.filter((place) => place >= 0))];
  return places.length > 0 ? places : [nearest];
}
