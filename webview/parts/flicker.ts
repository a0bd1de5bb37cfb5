import { h, on } from '../dom.ts';
import { icon } from '../icons.ts';
import type { Translate } from '../l10n.ts';
import { reducesMotion } from './reducesMotion.ts';

/** Alternates between the original and the adversarial image. */
export interface Flicker {
  readonly button: HTMLButtonElement;
  /** True while the adversarial image is shown. */
  readonly adversarial: boolean;
  /** Begins or ends with the mode. */
  run(active: boolean): void;
  /** Shows the other image and stops alternating automatically. */
  toggle(): void;
}

/** Slow enough never to be a flash: one change in 600 ms. */
const period = 600;

/** @param show called when the other image is to be seen. */
export function createFlicker(t: Translate, show: () => void): Flicker {
  let adversarial = false;
  let active = false;
  let timer: ReturnType<typeof setInterval> | undefined;
  const button = h('button', { type: 'button', class: 'quiet' });
  on(button, { click: () => (timer === undefined ? start() : stop()) });

  function label(): void {
    button.replaceChildren(
      timer === undefined ? icon('play') : icon('pause'),
      timer === undefined ? t('Play') : t('Pause'),
    );
  }

  function flip(): void {
    adversarial = !adversarial;
    show();
  }

  function start(): void {
    timer = setInterval(flip, period);
    label();
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    label();
  }

  label();
  return {
    button,
    get adversarial() {
      return adversarial;
    },
    run(wanted) {
      if (wanted === active) return;
      active = wanted;
      if (active && !reducesMotion()) start();
      else stop();
    },
    toggle() {
      stop();
      flip();
    },
  };
}
