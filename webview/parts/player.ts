import type { Context } from '../context.ts';
import { h, on, setAttributes } from '../dom.ts';
import { type IconName, icon } from '../icons.ts';
import { reducesMotion } from './reducesMotion.ts';

/** Steps through the points of a trace, manually or automatically. */
export interface Player {
  readonly element: HTMLElement;
  /** Loads another trace with this many points; `isPlayed` if they are steps in time. */
  load(count: number, isPlayed: boolean): void;
  /** Shows the position, also as text; without text, the reported result is shown. */
  show(place: number | undefined, words: string): void;
  readonly isPlaying: boolean;
  /** Steps forward or back by one. */
  step(by: 1 | -1): void;
  stop(): void;
}

/** Time a step is shown, in ms. */
const period = { usual: 150, calm: 500 };

/** @param go called with the point to show; `null` is the reported result. */
export function createPlayer({ t, announce }: Context, go: (place: number | null) => void): Player {
  let count = 0;
  let now: number | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;

  const square = (name: IconName, label: string, key: string, act: () => void) =>
    on(
      h(
        'button',
        { type: 'button', class: 'quiet square', 'aria-label': label, title: `${label} (${key})` },
        icon(name),
      ),
      { click: act },
    );
  const play = on(h('button', { type: 'button', class: 'quiet play' }), {
    click: () => (timer === undefined ? start() : stop()),
  });
  const reported = on(h('button', { type: 'button', class: 'quiet' }, t('Reported result')), {
    click: () => {
      stop();
      go(null);
    },
  });
  const byHand = (by: 1 | -1) => () => {
    step(by);
    announce(output.textContent ?? '');
  };
  const buttons = h(
    'div',
    { class: 'player-buttons', role: 'group', 'aria-label': t('Play the attack') },
    square('back', t('Previous step'), ',', byHand(-1)),
    play,
    square('forward', t('Next step'), '.', byHand(1)),
    reported,
  );
  const slider = h('input', { type: 'range', min: 0, step: 1 });
  on(slider, {
    input: () => {
      stop();
      go(Number(slider.value));
    },
  });
  const output = h('output', { class: 'player-words' });
  const element = h('div', { class: 'player' }, slider, h('div', { class: 'player-row' }, buttons, output));

  function label(): void {
    play.replaceChildren(icon(timer === undefined ? 'play' : 'pause'), timer === undefined ? t('Play') : t('Pause'));
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    label();
  }

  function start(): void {
    if (now === undefined || now >= count - 1) go(0);
    timer = setInterval(
      () => {
        const next = (now ?? -1) + 1;
        if (next < count) go(next);
        if (next >= count - 1) stop();
      },
      reducesMotion() ? period.calm : period.usual,
    );
    label();
  }

  function step(by: 1 | -1): void {
    stop();
    const from = now ?? (by > 0 ? -1 : count);
    go(Math.min(count - 1, Math.max(0, from + by)));
  }

  label();
  return {
    element,
    load(points, isPlayed) {
      stop();
      count = points;
      buttons.hidden = !isPlayed;
      setAttributes(slider, {
        max: points - 1,
        'aria-label': isPlayed ? t('Step') : t('Position along the gradient'),
      });
    },
    show(place, words) {
      now = place;
      slider.value = String(place ?? count - 1);
      slider.setAttribute('aria-valuetext', words === '' ? t('Reported result') : words);
      output.textContent = words;
      reported.disabled = place === undefined;
    },
    get isPlaying() {
      return timer !== undefined;
    },
    step,
    stop,
  };
}
