import { type Info, parse } from 'csv-parse/sync';
import { UserError } from '../userError.ts';

/** A line of a table. */
export interface TableLine {
  readonly cells: readonly string[];
  /** Counted from one. */
  readonly line: number;
}

/** Between cells; a space only if there are none of the others. */
const separators = [',', ';', '\t', '|', ' '] as const;

/**
 * The lines of a table whose cells are separated by commas, semicolons, tabs, vertical bars or spaces, whichever is
 * most frequent outside quotes on its first line. Blank lines are left out; Excel's "sep=;" sets the separator.
 * @throws UserError with the line number, if a line has more cells than the first, or a quote is not closed.
 */
export function parseTable(file: string, text: string): TableLine[] {
  const [, stated] = /^sep=(.)\r?\n/i.exec(text) ?? [];
  // The line stays as a blank one so that the others keep their numbers.
  const body = stated === undefined ? text : text.replace(/^.*/, '');
  const delimiter = stated ?? separatorOf(body);
  const lines = records(file, body, delimiter);
  const width = lines[0]?.cells.length ?? 0;
  for (const { cells, line } of lines) {
    if (cells.slice(width).every((cell) => cell === '')) continue;
    throw broken(file, `line ${line} has ${cells.length} cells, and the first line ${width}`);
  }
  return lines;
}

function separatorOf(text: string): string {
  const first = text.split(/\r\n|\n|\r/).find((line) => line.trim() !== '') ?? '';
  const bare = first.trim().replace(/"[^"]*"/g, '');
  const counts = separators.slice(0, -1).map((separator) => bare.split(separator).length - 1);
  const most = Math.max(...counts);
  if (most === 0) return bare.includes(' ') ? ' ' : ',';
  return separators[counts.indexOf(most)] as string;
}

function records(file: string, text: string, delimiter: string): TableLine[] {
  try {
    const parsed: unknown = parse(text, {
      ...{ delimiter, info: true, skip_empty_lines: true, relax_column_count: true },
      // Spaces around cells do not count, unless they are what separates them.
      ...(delimiter === ' ' ? {} : { trim: true }),
    });
    // The types of csv-parse do not know what `info` does to the records.
    return (parsed as { record: string[]; info: Info }[])
      .map(({ record, info }) => ({ cells: record.map((cell) => cell.trim()), line: info.lines }))
      .filter(({ cells }) => cells.some((cell) => cell !== ''));
  } catch (error) {
    // The parser's messages carry the line number.
    throw broken(file, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function broken(file: string, words: string, options?: ErrorOptions): UserError {
  const remedy = 'Correct that line; a name with a separator or a quote in it must be in quotes.';
  return new UserError(`${file} is not a valid CSV file: ${words}. ${remedy}`, options);
}
