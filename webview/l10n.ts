import type { PageString } from '../src/page/strings.ts';

/** Translates an English text of the page into the user's language, with values for its placeholders {0}, {1}, … */
export type Translate = (text: PageString, ...values: readonly (string | number)[]) => string;

/** Translates with a table; texts that are not in it stay English. */
export function createTranslate(strings: Readonly<Record<string, string>>): Translate {
  return (text, ...values) =>
    (strings[text] ?? text).replaceAll(/\{(\d+)\}/g, (hole, place) => String(values[Number(place)] ?? hole));
}
