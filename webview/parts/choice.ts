import { type Child, h, on } from '../dom.ts';

/** One of a few choices, all visible: radio buttons that look like a segmented control. */
export interface Choice<T> {
  readonly element: HTMLElement;
  set(value: T): void;
  /** Shows only some of the options. */
  show(isShown: (value: T) => boolean): void;
}

let groups = 0;

/** @param options each with what it shows */
export function choice<T>(
  label: string,
  options: readonly { readonly value: T; readonly name?: string; readonly content: readonly Child[] }[],
  choose: (value: T) => void,
): Choice<T> {
  const group = `choice-${groups++}`;
  const inputs = options.map(({ value }) =>
    on(h('input', { type: 'radio', name: group, class: 'hidden' }), { change: () => choose(value) }),
  );
  const labels = options.map(({ content, name }, i) =>
    h('label', { title: name }, inputs[i] as HTMLInputElement, h('span', {}, ...content)),
  );
  return {
    element: h('div', { class: 'choice', role: 'radiogroup', 'aria-label': label }, ...labels),
    set(value) {
      for (const [i, input] of inputs.entries()) input.checked = options[i]?.value === value;
    },
    show(isShown) {
      for (const [i, { value }] of options.entries()) (labels[i] as HTMLElement).hidden = !isShown(value);
    },
  };
}

/** A drop-down list whose options can be renamed. */
export interface DropDown<T> {
  readonly element: HTMLElement;
  update(options: readonly { readonly value: T; readonly text: string }[], chosen: T): void;
}

export function dropDown<T>(label: string, choose: (value: T) => void): DropDown<T> {
  let values: readonly T[] = [];
  const select = h('select', {});
  on(select, { change: () => choose(values[select.selectedIndex] as T) });
  return {
    element: h('label', { class: 'drop-down' }, h('span', {}, label), select),
    update(options, chosen) {
      values = options.map(({ value }) => value);
      while (select.options.length > options.length) select.remove(select.options.length - 1);
      for (const [i, { text }] of options.entries()) {
        const option = select.options[i] ?? select.appendChild(h('option'));
        if (option.text !== text) option.text = text;
      }
      select.selectedIndex = values.indexOf(chosen);
    },
  };
}
