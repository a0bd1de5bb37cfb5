import { UserError } from '../userError.ts';
import { hasImageExtension } from './formats/imageFormats.ts';
import type { TableLine } from './parseTable.ts';

/** Column names by priority, in lower case, letters and digits only. */
const fileColumns = [
  ...[
    'file',
    'path',
    'image',
    'filename',
    'filepath',
    'imagepath',
    'imagefile',
    'imagename',
    'img',
    'imgpath',
    'imgname',
  ],
  ...['name', 'imageid', 'imgid', 'fileid', 'id'],
];
const labelColumns = [
  ...[
    'label',
    'class',
    'classname',
    'labelname',
    'category',
    'target',
    'classid',
    'labelid',
    'categoryid',
    'classlabel',
  ],
  ...['classindex', 'labelindex', 'categoryname', 'y'],
];

/** Where a label table has the files and labels. */
export interface Columns {
  readonly fileColumn: number;
  /** The label in the cells of a line; empty if there is none. */
  readonly labelOf: (cells: readonly string[]) => string;
  /** The first line names the columns. */
  readonly hasHeader: boolean;
}

/**
 * The columns of files and of labels in a table, by the names on its first line, in any letter case. Where these do not
 * tell, the files are where the first two lines name an image, and the label is the only other column, or one column for
 * each class, of which each line has a 1 in one and 0 in the others.
 * @param find the images that a cell may refer to.
 * @throws UserError when these columns cannot be identified.
 */
export async function columnsOf(
  file: string,
  lines: readonly TableLine[],
  find: (name: string) => Promise<readonly string[]>,
): Promise<Columns> {
  const [{ cells, line }] = lines as [TableLine];
  const names = cells.map((cell) => cell.toLowerCase().replace(/[^a-z0-9]/g, ''));
  const [fileNamed, labelNamed] = [columnNamed(fileColumns, names), columnNamed(labelColumns, names)];
  const other = cells.length === 2 && labelNamed !== undefined ? 1 - labelNamed : undefined;
  const shown =
    fileNamed === undefined || labelNamed === undefined ? await imagesIn(lines.slice(0, 2), find) : undefined;
  const hasHeader = shown?.at !== 0;
  const fileColumn = (hasHeader ? (fileNamed ?? other) : undefined) ?? shown?.column;
  if (fileColumn !== undefined) {
    const labelColumn = (hasHeader ? labelNamed : undefined) ?? (cells.length === 2 ? 1 - fileColumn : undefined);
    if (labelColumn !== undefined) return { fileColumn, labelOf: (cells) => cells[labelColumn] ?? '', hasHeader };
    if (hasHeader && isOneHot(lines.slice(1), fileColumn)) {
      return { fileColumn, labelOf: (line) => cells[hotIn(line, fileColumn)[0] as number] as string, hasHeader };
    }
  }
  const wanted = fileColumn === undefined ? '"file", "path" or "image"' : '"label" or "class"';
  const present = cells.map((cell) => `"${cell}"`).join(', ');
  throw new UserError(
    `${file}, line ${line}: there is no column ${wanted}, only ${present}. ` +
      'The first line must name the columns, such as "file,label".',
  );
}

/** The first of the lines that names an image, and the column where it does. */
async function imagesIn(lines: readonly TableLine[], find: (name: string) => Promise<readonly string[]>) {
  for (const [at, { cells }] of lines.entries()) {
    const named = cells.findIndex(hasImageExtension);
    if (named >= 0) return { at, column: named };
    for (const [column, cell] of cells.entries()) {
      if (cell !== '' && (await find(cell)).length > 0) return { at, column };
    }
  }
  return undefined;
}

function isOneHot(lines: readonly TableLine[], fileColumn: number): boolean {
  const isNumber = (cell: string, column: number) => column === fileColumn || /^[01](\.0*)?$/.test(cell);
  return lines.every(({ cells }) => cells.every(isNumber) && hotIn(cells, fileColumn).length === 1);
}

/** The columns with a 1. */
function hotIn(cells: readonly string[], fileColumn: number): number[] {
  return cells.flatMap((cell, column) => (column !== fileColumn && Number(cell) === 1 ? [column] : []));
}

function columnNamed(known: readonly string[], names: readonly string[]): number | undefined {
  const name = known.find((each) => names.includes(each));
  return name === undefined ? undefined : names.indexOf(name);
}
