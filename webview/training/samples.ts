import { h, setAttributes } from '../dom.ts';
import type { Translate } from '../l10n.ts';

/** What a generator draws at present, a row a class; hidden until there is something. */
export function createSamples(t: Translate) {
  const name = t('Samples of the generator, one row for each class');
  const picture = h('img', { class: 'samples', alt: name });
  // Many classes make it long: it scrolls, so that the curves stay near.
  const sheet = h('div', { class: 'scrolls', tabindex: 0, role: 'region', 'aria-label': name }, picture);
  const element = h('figure', { class: 'chart drawn' }, h('figcaption', {}, h('h2', {}, t('Samples'))), sheet);
  element.hidden = true;
  return {
    element,
    update(samples: string | undefined): void {
      element.hidden = samples === undefined;
      if (samples !== undefined && picture.getAttribute('src') !== samples) setAttributes(picture, { src: samples });
    },
  };
}
