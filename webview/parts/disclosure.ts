import type { Context } from '../context.ts';
import { type Child, h, on } from '../dom.ts';
import type { Disclosure } from '../logic/state.ts';

/** Content that expands below its title; the state survives a reload. */
export function disclosure(context: Context, name: Disclosure, title: Child, ...content: Child[]): HTMLDetailsElement {
  const element = h('details', { class: `disclosure ${name}` }, h('summary', {}, title), ...content);
  element.open = context.model().state.open.includes(name);
  return on(element, {
    toggle: () => {
      const others = context.model().state.open.filter((open) => open !== name);
      context.set({ open: element.open ? [...others, name] : others });
    },
  });
}
