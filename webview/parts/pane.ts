import { h } from '../dom.ts';
import { drawScene, type Scene } from '../images/draw.ts';
import type { Size } from '../logic/zoom.ts';

/** A caption: what a picture is, and the model's prediction for it. */
export interface Caption {
  readonly title: string;
  readonly answer?: string;
}

/** A canvas with its captions, or a message if the picture is missing. */
export class Pane {
  readonly element: HTMLElement;
  readonly canvas = h('canvas', { role: 'img' });
  readonly #captions = h('figcaption', {});
  readonly #absence = h('p', { class: 'absence' });

  /** @param resized called when the canvas has another size and is blank. */
  constructor(resized: () => void) {
    this.element = h(
      'figure',
      { class: 'pane' },
      this.#captions,
      h('div', { class: 'picture' }, this.canvas, this.#absence),
    );
    this.#absence.hidden = true;
    new ResizeObserver(() => {
      const { width, height } = this.canvas.getBoundingClientRect();
      const [across, down] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
      if (across === this.canvas.width && down === this.canvas.height) return;
      Object.assign(this.canvas, { width: across, height: down });
      resized();
    }).observe(this.canvas);
  }

  /** In device pixels. */
  get size(): Size {
    return { width: Math.max(1, this.canvas.width), height: Math.max(1, this.canvas.height) };
  }

  /** @param absence why there is no picture, or not all of it. */
  show(captions: readonly Caption[], scene: Scene | undefined, absence: string | undefined): void {
    drawScene(this.canvas, scene);
    const words = captions.map(({ title, answer }) => (answer ? `${title}: ${answer}` : title)).join('; ');
    if (this.canvas.getAttribute('aria-label') !== words) {
      this.canvas.setAttribute('aria-label', words);
      this.#captions.replaceChildren(
        ...captions.map(({ title, answer }) =>
          h(
            'span',
            { class: 'caption' },
            h('strong', { class: 'ellipsis' }, title),
            h('span', { class: 'answer ellipsis', title: answer }, answer ?? '\u00a0'),
          ),
        ),
      );
    }
    this.#absence.hidden = absence === undefined;
    this.#absence.textContent = absence ?? '';
    this.element.classList.toggle('is-absent', absence !== undefined && scene === undefined);
  }
}
