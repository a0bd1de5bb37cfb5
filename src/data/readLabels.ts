import path from 'node:path';
import { UserError } from '../userError.ts';
import { firstFew } from './firstFew.ts';
import { inOrder, namesIn } from './labelNames.ts';
import { readText } from './readText.ts';

/**
 * The class names of a model from a file, in the order of the model's outputs: one per line, possibly with its index
 * before or after it, all on one line with commas or semicolons between, or JSON or YAML (`namesIn`), such as a Python
 * list. Spaces around a name, quotes around all, a byte order mark, Windows line endings and blank lines at the end are
 * ignored. Several classes may have the same name.
 *
 * @throws UserError when the file cannot be read, is empty, has a blank line inside, or is JSON or YAML without class names.
 */
export async function readLabels(file: string): Promise<readonly string[]> {
  const text = (await readText(file)).trim();
  if (text === '') {
    throw new UserError(
      `The labels file ${file} is empty. Write one class name per line, in the order of the outputs.`,
    );
  }
  const extension = path.extname(file).toLowerCase();
  if (/^[[{]/.test(text) || ['.json', '.yaml', '.yml'].includes(extension)) return fromData(file, text, extension);
  return fromLines(file, text);
}

async function fromData(file: string, text: string, extension: string): Promise<readonly string[]> {
  const names = namesIn(await parsed(file, text, extension));
  if (names === undefined) {
    const forms = '["red", "green"], {"0": "red", "1": "green"} or {"red": 0, "green": 1}';
    throw new UserError(
      `The labels file ${file} is JSON or YAML, but does not name the classes starting at 0. Write them as ${forms}.`,
    );
  }
  return names.map((name) => name.trim());
}

/**
 * The value of JSON, or of YAML, of which Python's lists and dictionaries are a part; names in YAML are texts, whatever
 * they look like.
 */
async function parsed(file: string, text: string, extension: string): Promise<unknown> {
  const faults: string[] = [];
  if (!/^\.ya?ml$/.test(extension)) {
    try {
      return JSON.parse(text);
    } catch (error) {
      faults.push(`is not valid JSON: ${(error as Error).message}`);
    }
  }
  if (extension !== '.json') {
    const { parse } = await import('yaml');
    try {
      return parse(text, { schema: 'failsafe' });
    } catch (error) {
      faults.push(`is not valid YAML: ${(error as Error).message.split('\n', 1)[0]}`);
    }
  }
  throw new UserError(`The labels file ${file} ${faults[0]}. Correct it.`);
}

function fromLines(file: string, text: string): readonly string[] {
  const lines = plain(text.split(/\r\n|\n|\r/).map((line) => line.trim()));
  const blank = lines.flatMap((line, index) => (line === '' ? [`line ${index + 1} is blank`] : []));
  if (blank.length > 0) {
    const remedy = 'Give every class a line with its name.';
    throw new UserError(`The labels file ${file} does not name the classes: ${firstFew(blank, '; ')}. ${remedy}`);
  }
  // In a table of names and indices the first line may name the columns.
  const rest = /[,;\t]/.test(lines[0] as string) ? numbered(lines.slice(1)) : undefined;
  return numbered(lines) ?? rest ?? lines;
}

/** Lines without what encloses and separates all of them, as in a list that was cut out of a program. */
function plain(lines: readonly string[]): readonly string[] {
  const [first = ''] = lines;
  const separator = first.includes(';') ? ';' : ',';
  const each = lines.length === 1 ? first.split(separator).map((name) => name.trim()) : lines;
  const isList = each.length > 1 && each.slice(0, -1).every((line) => line.endsWith(','));
  const items = isList ? each.map((line) => line.replace(/\s*,$/, '')) : each;
  return items.every((item) => /^(["'])[^"']*\1$/.test(item)) ? items.map((item) => item.slice(1, -1)) : items;
}

/** "0 red", "0: red", "0,red" */
const indexFirst = /^"?(?<index>\d+)"?(?:\s*[,;:.)=]\s*|\s+)(?<name>\S.*)$/;
/** "red 0", "red,0" */
const indexLast = /^(?<name>.*\S)(?:\s*[,;:=]\s*|\s+)"?(?<index>\d+)"?$/;

/** Names without their numbers if all are numbered; `undefined` if the numbers are part of the names. */
function numbered(lines: readonly string[]): readonly string[] | undefined {
  for (const form of [indexFirst, indexLast]) {
    const names = inOrder(
      lines.map((line) => {
        const { index, name } = form.exec(line)?.groups ?? {};
        return [index === undefined ? undefined : Number(index), name && unquote(name)];
      }),
    );
    // "class 0", "class 1", "other 2": without their numbers, most would have the same name.
    if (names && (names.length === 1 || 2 * new Set(names).size > names.length)) return names;
  }
  return undefined;
}

function unquote(name: string): string {
  return /^".*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;
}
