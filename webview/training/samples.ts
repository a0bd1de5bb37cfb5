import { h, setAttributes } from '../dom.ts';
import type { Translate } from '../l10n.ts';

/** What a generator draws at present, a row a class; hidden until there is something. */
export function createSamples(t: Translate) {
  const picture = h('img', { class: 'samples', alt: t('Samples of the generator, one row for each class') });
  const element = h('figure', { class: 'chart' }, h('figcaption', {}, h('h2', {}, t('Samples'))), picture);
  element.hidden = true;
  return {
    element,
    update(samples: string | undefined): void {
      element.hidden = samples === undefined;
      if (samples !== undefined && picture.getAttribute('src') !== samples) setAttributes(picture, { src: samples });
    },
  };
}
