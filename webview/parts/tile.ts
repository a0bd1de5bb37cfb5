import type { Kind } from '../../src/attacks/kind.ts';
import type { Context } from '../context.ts';
import { fill, h, on } from '../dom.ts';
import { icon, statusIcon } from '../icons.ts';
import type { Translate } from '../l10n.ts';
import { describeExample } from '../logic/describe.ts';
import { formatAmount, formatConfidence } from '../logic/format.ts';
import type { Item } from '../logic/item.ts';
import type { Model } from '../logic/model.ts';

/** One example in the gallery. The gallery manages its position, size, and selection. */
export function createTile({ t, images }: Context, item: Item, model: Model): HTMLElement {
  const { example } = item;
  const { attack } = model.test.report;
  const { norm, kind, epsilons } = attack;
  const { label, status, adversarialImage, originalImage, adversarial, clean, norms } = example;
  const words = describeExample(t, example, attack, epsilons.length > 1);
  const picture = h('span', { class: 'thumb' });
  const image = h('img', { alt: '', decoding: 'async', draggable: 'false' });
  on(image, {
    error: () => {
      fill(picture, icon('warning'), t('Image missing'));
      name.textContent = `${words}, ${t('Image missing')}`;
    },
  });
  image.src = images.url(adversarialImage ?? originalImage);
  picture.append(image);

  const { confidence } = adversarial ?? clean;
  const distance = norms ? `${formatAmount(norms[norm], norm)} · ` : '';
  // Screen readers get a sentence instead of fragments.
  const name = h('span', { class: 'hidden' }, words);
  const face = h(
    'span',
    { class: 'face', 'aria-hidden': 'true', title: words },
    picture,
    h('span', { class: 'label' }, statusIcon(status), h('span', { class: 'ellipsis' }, label)),
    h('span', { class: 'outcome ellipsis' }, isCaught(item) && icon('stop', 'status-rejected'), outcome(t, item, kind)),
    h('span', { class: 'figures ellipsis' }, `${distance}${formatConfidence(confidence)}`),
  );
  return h('div', { class: 'tile', role: 'option', tabindex: -1 }, name, face);
}

/** True for an example that the model misclassifies and its detector rejects. */
function isCaught({ example: { status, label, adversarial } }: Item): boolean {
  return status === 'held' && adversarial?.rejected === true && adversarial.class !== label;
}

function outcome(t: Translate, { example: { status, label, clean, adversarial } }: Item, kind: Kind): string {
  const predicted = (adversarial ?? clean).class;
  if (status === 'ineligible') return t('is the target');
  if (status === 'rejected') return t('rejected');
  if (status === 'undecided') return t('undecided');
  const unsuccessful = {
    attack: predicted === label && t('held'),
    forge: t('not forged'),
    explanation: t('unchanged'),
  };
  if (status === 'held' && unsuccessful[kind]) return unsuccessful[kind];
  return t('→ {0}', predicted);
}
