import path from 'node:path';
import { UserError } from '../userError.ts';
import { firstFew } from './firstFew.ts';
import { inOrder, namesIn } from './labelNames.ts';
import { readText } from './readText.ts';

/**
 * The class names of a model from a file, in the order of the model's outputs: one per line, possibly with its index
 * before or after it, or JSON (`namesIn`). Spaces around a name, a byte order mark, Windows line endings and blank
 * lines at the end are ignored. Several classes may have the same name.
 *
 * @throws UserError when the file cannot be read, is empty, has a blank line inside, or is JSON without class names.
 */
export async function readLabels(file: string): Promise<readonly string[]> {
  const text = (await readText(file)).trim();
  if (text === '') {
    throw new UserError(
      `The labels file ${file} is empty. Write one class name per line, in the order of the outputs.`,
    );
  }
  return /^[[{]/.test(text) || path.extname(file).toLowerCase() === '.json'
    ? fromJson(file, text)
    : fromLines(file, text);
}

function fromJson(file: string, text: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`The labels file ${file} is not valid JSON: ${(error as Error).message}. Correct it.`);
  }
  const names = namesIn(value);
  if (names === undefined) {
    const forms = '["red", "green"], {"0": "red", "1": "green"} or {"red": 0, "green": 1}';
    throw new UserError(
      `The labels file ${file} is JSON, but does not name the classes starting at 0. Write them as ${forms}.`,
    );
  }
  return names.map((name) => name.trim());
}

function fromLines(file: string, text: string): readonly string[] {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim());
  const blank = lines.flatMap((line, index) => (line === '' ? [`line ${index + 1} is blank`] : []));
  if (blank.length > 0) {
    const remedy = 'Give every class a line with its name.';
    throw new UserError(`The labels file ${file} does not name the classes: ${firstFew(blank, '; ')}. ${remedy}`);
  }
  // In a table of names and indices the first line may name the columns.
  const rest = /[,;\t]/.test(lines[0] as string) ? numbered(lines.slice(1)) : undefined;
  return numbered(lines) ?? rest ?? lines;
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
    // "class 0", "class 1": without their numbers, all would have the same name.
    if (names && (names.length === 1 || new Set(names).size > 1)) return names;
  }
  return undefined;
}

function unquote(name: string): string {
  return /^".*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;
}
