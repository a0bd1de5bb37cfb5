import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Info, parse } from 'csv-parse/sync';
import { UserError } from '../userError.ts';
import { readError } from './fileErrors.ts';
import { firstFew } from './firstFew.ts';

const fileColumns = ['file', 'path', 'image', 'filename'];
const labelColumns = ['label', 'class'];

/** One line of a CSV file of labels. `file` is as it is written there. */
export interface LabelRow {
  readonly file: string;
  readonly label: string;
}

/**
 * Reads a CSV file with a header: a column `file` (or `path`, `image`, `filename`), relative to `folder`, and a column
 * `label` (or `class`). Other columns are ignored, as are blank lines and the case of the header.
 *
 * @throws UserError, with line numbers, when the file is not such a table, a label or file name is empty,
 * an image does not exist, or one is listed twice.
 */
export async function readLabelTable(csv: string, folder: string): Promise<LabelRow[]> {
  const text = await readFile(csv, 'utf8').catch((error) => {
    throw readError(csv, error);
  });
  const [header, ...lines] = parseLines(csv, text);
  if (header === undefined) {
    throw new UserError(`${csv} is empty. Its first line must name the columns, such as "file,label".`);
  }
  const fileColumn = columnOf(csv, header, fileColumns);
  const labelColumn = columnOf(csv, header, labelColumns);

  const rows: LabelRow[] = [];
  const lineOf = new Map<string, number>();
  const problems: string[] = [];
  for (const { cells, line } of lines) {
    const file = cells[fileColumn] ?? '';
    const label = cells[labelColumn] ?? '';
    const absolute = path.resolve(folder, file);
    const earlier = lineOf.get(absolute);
    if (file === '') problems.push(`line ${line}: the file name is empty`);
    else if (label === '') problems.push(`line ${line}: the label of ${file} is empty`);
    else if (earlier !== undefined) problems.push(`line ${line}: ${file} is listed on line ${earlier} already`);
    else if (!(await isFile(absolute))) problems.push(`line ${line}: there is no file ${absolute}`);
    lineOf.set(absolute, line);
    rows.push({ file, label });
  }
  if (problems.length > 0) {
    throw new UserError(
      `${csv} cannot be used:\n  ${firstFew(problems, '\n  ')}\n` +
        `Correct these lines. File names are relative to the dataset's folder, ${folder}.`,
    );
  }
  return rows;
}

interface Line {
  readonly cells: readonly string[];
  /** Counted from one. */
  readonly line: number;
}

function parseLines(csv: string, text: string): Line[] {
  try {
    const records: unknown = parse(text, { bom: true, info: true, skip_empty_lines: true, trim: true });
    // The types of csv-parse do not know what `info` does to the records.
    return (records as { record: string[]; info: Info }[]).map(({ record, info }) => ({
      cells: record,
      line: info.lines,
    }));
  } catch (error) {
    // The parser's messages carry the line number.
    const words = error instanceof Error ? error.message : String(error);
    const remedy = 'Correct that line; a name with a comma or a quote in it must stand in quotes.';
    throw new UserError(`${csv} is no valid CSV file: ${words}. ${remedy}`, { cause: error });
  }
}

function columnOf(csv: string, header: Line, names: readonly string[]): number {
  const index = header.cells.findIndex((cell) => names.includes(cell.toLowerCase()));
  if (index >= 0) return index;
  const wanted = names.map((name) => `"${name}"`).join(' or ');
  const present = header.cells.map((cell) => `"${cell}"`).join(', ');
  throw new UserError(
    `${csv}, line ${header.line}: there is no column ${wanted}, only ${present}. ` +
      'The first line must name the columns, separated by commas, such as "file,label".',
  );
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
