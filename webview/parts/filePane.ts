import type { Context } from '../context.ts';
import { fill, h, on } from '../dom.ts';
import { fileName } from '../logic/format.ts';
import type { Item } from '../logic/item.ts';

/** The file that an example was read from, as it is on disk: before it was resized for the model. */
export interface FilePane {
  readonly element: HTMLElement;
  show(item: Item): void;
}

export function createFilePane({ t, files }: Context): FilePane {
  const size = h('span', { class: 'answer ellipsis' });
  const picture = h('div', { class: 'picture file-picture' });
  const element = h(
    'figure',
    { class: 'pane' },
    h('figcaption', {}, h('span', { class: 'caption' }, h('strong', { class: 'ellipsis' }, t('File')), size)),
    picture,
  );
  let shown: Item | undefined;
  let url = '';

  function show(bytes: Uint8Array<ArrayBuffer>, { example }: Item): void {
    URL.revokeObjectURL(url);
    url = URL.createObjectURL(new Blob([bytes]));
    const image = h('img', { alt: t('File {0}', fileName(example.image)) });
    on(image, {
      load: () => {
        size.textContent = t('{0} × {1} pixels', image.naturalWidth, image.naturalHeight);
      },
      error: () => explain(t('Files of this format cannot be shown here.')),
    });
    image.src = url;
    fill(picture, image);
  }

  function explain(reason: string): void {
    size.textContent = '\u00a0';
    fill(picture, h('p', { class: 'absence' }, reason));
  }

  return {
    element,
    show(item) {
      if (item === shown) return;
      shown = item;
      void files.load(item.place).then(({ bytes, reason = '' }) => {
        if (item !== shown) return;
        if (bytes) show(bytes, item);
        else explain(reason);
      });
    },
  };
}
