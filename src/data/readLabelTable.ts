import { UserError } from '../userError.ts';
import { fileFinder } from './findImage.ts';
import { firstFew } from './firstFew.ts';
import { isInFolder } from './isInFolder.ts';
import { columnsOf } from './labelTableColumns.ts';
import { parseTable } from './parseTable.ts';
import { readText } from './readText.ts';

/** One line of a table of labels. */
export interface LabelRow {
  /** An absolute path, if the dataset's is one. */
  readonly file: string;
  readonly label: string;
}

/** A table of labels, and what the user should know about it. */
export interface LabelTable {
  readonly rows: readonly LabelRow[];
  readonly notes: readonly string[];
}

/**
 * Reads a table with a column of image files in `folder` (`fileFinder`) and one of labels (`columnsOf`). Other columns are
 * ignored, as are blank lines.
 *
 * @throws UserError, with line numbers, when the file is not such a table, a label or file name is empty, an image does
 * not exist, or one is listed twice with different labels.
 */
export async function readLabelTable(csv: string, folder: string): Promise<LabelTable> {
  const lines = parseTable(csv, await readText(csv));
  if (lines.length === 0) {
    throw new UserError(`${csv} is empty. Its first line must name the columns, such as "file,label".`);
  }
  const finder = await fileFinder(folder, csv);
  const { fileColumn, labelOf, hasHeader } = await columnsOf(csv, lines, finder.find);

  const rows = new Map<string, LabelRow & { readonly line: number }>();
  const problems: string[] = [];
  let repeated = 0;
  for (const { cells, line } of hasHeader ? lines.slice(1) : lines) {
    const name = cells[fileColumn] ?? '';
    const label = labelOf(cells);
    const found = name === '' ? [] : await finder.find(name);
    const [file] = found;
    const earlier = file === undefined ? undefined : rows.get(file);
    if (name === '') problems.push(`line ${line}: the file name is empty`);
    else if (label === '') problems.push(`line ${line}: the label of ${name} is empty`);
    else if (file === undefined) problems.push(`line ${line}: ${missing(finder.expected(name), folder)}`);
    else if (found.length > 1) problems.push(`line ${line}: ${name} could be ${firstFew(found)}`);
    else if (earlier === undefined) rows.set(file, { file, label, line });
    else if (earlier.label === label) repeated++;
    else problems.push(`line ${line}: ${name} is already listed on line ${earlier.line} with another label`);
  }
  if (problems.length > 0) {
    throw new UserError(
      `${csv} cannot be used:\n  ${firstFew(problems, '\n  ')}\n` +
        `Correct these lines. File names are relative to the dataset's folder, ${folder}.`,
    );
  }
  const unlisted = finder.images.filter((image) => !rows.has(image)).length;
  const notes = [
    ...(repeated > 0 ? [`lines that repeat an image with the same label: ${repeated}`] : []),
    ...(unlisted > 0 ? [`images that the table does not list are left out: ${unlisted}`] : []),
  ];
  return { rows: [...rows.values()].map(({ file, label }) => ({ file, label })), notes };
}

/** Why a path leads to no image. */
function missing(file: string, folder: string): string {
  return isInFolder(file, folder) ? `there is no file ${file}` : `${file} is outside the dataset's folder`;
}
