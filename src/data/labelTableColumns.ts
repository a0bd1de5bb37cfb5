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
  readonly labelColumn: number;
  /** The first line names the columns. */
  readonly hasHeader: boolean;
}

/**
 * The columns of files and of labels in a table, by the names on its first line, in any letter case. If there are two
 * columns, one known name is enough, or none if the first line begins or ends with an image.
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
  const [fileColumn, labelColumn] = [columnNamed(fileColumns, names), columnNamed(labelColumns, names)];
  if (fileColumn !== undefined && labelColumn !== undefined) return { fileColumn, labelColumn, hasHeader: true };

  if (cells.length === 2) {
    for (const column of [0, 1]) {
      const cell = cells[column] as string;
      const isImage = hasImageExtension(cell) || (await find(cell)).length > 0;
      if (isImage) return { fileColumn: column, labelColumn: 1 - column, hasHeader: false };
    }
    if (fileColumn !== undefined) return { fileColumn, labelColumn: 1 - fileColumn, hasHeader: true };
    if (labelColumn !== undefined) return { fileColumn: 1 - labelColumn, labelColumn, hasHeader: true };
  }
  const wanted = fileColumn === undefined ? '"file", "path" or "image"' : '"label" or "class"';
  const present = cells.map((cell) => `"${cell}"`).join(', ');
  throw new UserError(
    `${file}, line ${line}: there is no column ${wanted}, only ${present}. ` +
      'The first line must name the columns, such as "file,label".',
  );
}

function columnNamed(known: readonly string[], names: readonly string[]): number | undefined {
  const name = known.find((each) => names.includes(each));
  return name === undefined ? undefined : names.indexOf(name);
}
