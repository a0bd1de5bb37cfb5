/** What Python's `repr` prints of strings, numbers, None, booleans, lists, tuples and dictionaries of these. */
const token =
  /\s*(?:(?<mark>[[\](){},:])|[uU]?(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<word>[^\s[\](){},:'"]+))/sy;

const closing: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['None', null],
  ['True', true],
  ['False', false],
]);
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };

/**
 * The value of a Python literal, as in JSON: tuples become lists, and dictionary keys strings.
 * @throws SyntaxError when the text is not one.
 */
export function parsePythonLiteral(text: string): unknown {
  let at = 0;

  function next(): Readonly<Record<string, string | undefined>> {
    token.lastIndex = at;
    const groups = token.exec(text)?.groups;
    if (groups === undefined) throw new SyntaxError(`No Python literal at ${at}`);
    at = token.lastIndex;
    return groups;
  }

  /** True if a mark comes next, which is then skipped. */
  function passes(mark: string): boolean {
    const start = at;
    if (/\S/.test(text.slice(at)) && next().mark === mark) return true;
    at = start;
    return false;
  }

  function value(): unknown {
    const { mark, string, word } = next();
    if (string !== undefined) return withoutEscapes(string.slice(1, -1));
    if (word !== undefined) return wordValue(word);
    const end = closing[mark as string];
    if (end === undefined) throw new SyntaxError(`Unexpected ${mark}`);
    return mark === '{' ? dictionary(end) : list(end);
  }

  function list(end: string): unknown[] {
    const items: unknown[] = [];
    while (!passes(end)) {
      items.push(value());
      if (!passes(',')) {
        if (!passes(end)) throw new SyntaxError(`No ${end} at ${at}`);
        return items;
      }
    }
    return items;
  }

  function dictionary(end: string): object {
    const entries = new Map<string, unknown>();
    while (!passes(end)) {
      const key = String(value());
      if (!passes(':')) throw new SyntaxError(`No colon at ${at}`);
      entries.set(key, value());
      if (!passes(',')) {
        if (!passes(end)) throw new SyntaxError(`No ${end} at ${at}`);
        break;
      }
    }
    return Object.fromEntries(entries);
  }

  const parsed = value();
  if (text.slice(at).trim() !== '') throw new SyntaxError(`Unexpected text at ${at}`);
  return parsed;
}

function wordValue(word: string): unknown {
  if (words.has(word)) return words.get(word);
  const number = Number(word);
  if (Number.isNaN(number)) throw new SyntaxError(`Unexpected ${word}`);
  return number;
}

function withoutEscapes(text: string): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gs,
    (_, byte?: string, short?: string, long?: string, letter?: string) => {
      const code = byte ?? short ?? long;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return escapes[letter as string] ?? (letter as string);
    },
  );
}
