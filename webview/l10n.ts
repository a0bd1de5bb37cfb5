import type { PageString } from '../src/page/strings.ts';

/** Puts an English text of the page into the user's language, and values into its holes {0}, {1}, … */
export type Translate = (text: PageString, ...values: readonly (string | number)[]) => string;

/** Translates by a table; what the table lacks stays English. */
export function createTranslate(strings: Readonly<Record<string, string>>): Translate {
  return (text, ...values) =>
    (strings[text] ?? text).replaceAll(/\{(\d+)\}/g, (hole, place) => String(values[Number(place)] ?? hole));
}
