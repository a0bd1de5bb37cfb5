import assert from 'node:assert/strict';
import path from 'node:path';
import { readLabelTable } from '../../../src/data/readLabelTable.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('readLabelTable', () => {
  const folder = temporaryFolder();

  /** The label of each image, by its path in the folder `data`. */
  async function read(content: string | Uint8Array, at = 'labels.csv') {
    const { rows, notes } = await readLabelTable(await folder.write(at, content), folder.at('data'));
    return {
      labels: Object.fromEntries(rows.map(({ file, label }) => [path.relative(folder.at('data'), file), label])),
      notes,
    };
  }

  beforeEach(() => Promise.all(['dog/a.png', 'cat/b.JPG'].map((name) => folder.write(`data/${name}`, ''))));

  const both = { 'dog/a.png': 'dog', 'cat/b.JPG': 'cat' };

  for (const [what, content] of [
    ['commas', 'file,label\ndog/a.png,dog\ncat/b.JPG,cat\n'],
    ['semicolons', 'file;label\ndog/a.png;dog\ncat/b.JPG;cat\n'],
    ['tabs', 'file\tlabel\r\ndog/a.png\tdog\r\ncat/b.JPG\tcat\r\n'],
    ['bars', 'file|label\ndog/a.png|dog\ncat/b.JPG|cat\n'],
    ['spaces, without a header', 'dog/a.png dog\ncat/b.JPG cat\n'],
    ['commas, without a header', 'dog/a.png,dog\ncat/b.JPG,cat\n'],
    ['the label first, without a header', 'dog,dog/a.png\ncat,cat/b.JPG\n'],
    ['a separator that Excel states', 'sep=;\nfile;label\ndog/a.png;dog\ncat/b.JPG;cat\n'],
    ['a byte order mark and quotes', '\uFEFF"file","label"\n"dog/a.png","dog"\n"cat/b.JPG","cat"\n'],
    ['an index of pandas', ',file,label\n0,dog/a.png,dog\n1,cat/b.JPG,cat\n'],
    ['a comma at the end of lines', 'file,label\ndog/a.png,dog,\ncat/b.JPG,cat,\n'],
    ['columns of two words', 'Image Name,Class Name\ndog/a.png,dog\ncat/b.JPG,cat\n'],
    ['a column of another name beside files', 'id,breed\ndog/a.png,dog\ncat/b.JPG,cat\n'],
    ['backslashes', 'file,label\ndog\\a.png,dog\n.\\cat\\b.JPG,cat\n'],
    ['paths from the table on', 'file,label\ndata/dog/a.png,dog\ndata/cat/b.JPG,cat\n'],
    ['names without folders', 'file,label\na.png,dog\nb.JPG,cat\n'],
    ['names without extensions', 'id,label\na,dog\nb,cat\n'],
    ['names without extensions or a header', 'a,dog\nb,cat\n'],
    ['names in other letter case', 'file,label\nDOG/A.PNG,dog\ncat/b.jpg,cat\n'],
    ['columns named in another language', 'Datei;Klasse\ndog/a.png;dog\ncat/b.JPG;cat\n'],
    ['files under another name beside labels', 'Bild,Breite,label\ndog/a.png,9,dog\ncat/b.JPG,9,cat\n'],
    ['a column for each class', 'image,cat,dog,cow\ndog/a.png,0,1,0\nb,1.0,0.0,0.0\n'],
    ['paths of another machine', 'file,label\n/home/me/data/dog/a.png,dog\nC:\\Data\\cat\\b.JPG,cat\n'],
    ['UTF-16', Buffer.from('\uFEFFfile\tlabel\ndog/a.png\tdog\ncat/b.JPG\tcat\n', 'utf16le')],
  ] as const) {
    it(`reads ${what}`, async () => {
      assert.deepEqual(await read(content), { labels: both, notes: [] });
    });
  }

  it("reads GTSRB's columns", async () => {
    const header = 'Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId';
    const content = `${header}\na.png;29;30;5;6;24;25;3\nb.JPG;30;30;5;5;25;25;0\n`;
    assert.deepEqual((await read(content)).labels, { 'dog/a.png': '3', 'cat/b.JPG': '0' });
    const kaggle = `Width,Height,Roi.X1,Roi.Y1,Roi.X2,Roi.Y2,ClassId,Path\n29,30,5,6,24,25,3,dog/a.png\n`;
    assert.deepEqual((await read(kaggle)).labels, { 'dog/a.png': '3' });
  });

  it('counts images that it does not list, and lines that say nothing new', async () => {
    const { labels, notes } = await read('file,label\ndog/a.png,dog\ndog/a.png,dog\n');
    assert.deepEqual(labels, { 'dog/a.png': 'dog' });
    assert.deepEqual(notes, [
      'lines that repeat an image with the same label: 1',
      'images that the table does not list are left out: 1',
    ]);
  });

  it('names the images that a name could mean', async () => {
    await folder.write('data/cow/a.jpg', '');
    await rejectsWith(read('id,label\nb,cat\na,dog\n'), 'line 3: a could be', 'cow/a.jpg', 'dog/a.png');
    assert.deepEqual((await read('id,label\ncow/a,cow\n')).labels, { 'cow/a.jpg': 'cow' });
  });

  it('refuses columns of classes of which a line has none or several', async () => {
    await rejectsWith(read('image,cat,dog\ndog/a.png,0,0\n'), 'line 1: there is no column "label"');
    await rejectsWith(read('image,cat,dog\ndog/a.png,1,1\n'), 'line 1: there is no column "label"');
    await rejectsWith(read('image,cat,dog\ndog/a.png,0.2,0.8\n'), 'line 1: there is no column "label"');
  });

  it('takes no image of another folder for one of this', async () => {
    await rejectsWith(read('file,label\n/home/me/train/dog/a.png,dog\n'), 'outside the dataset');
  });

  it('names the line of the first fault', async () => {
    await rejectsWith(read('sep=;\nfile;label\n\ndog/a.png;dog\nnone.png;cat\n'), 'line 5: there is no file');
    await rejectsWith(read('file,label\ndog/a.png,dog,brown\n'), 'line 2 has 3 cells');
    await rejectsWith(read('file,label\n"dog/a.png,dog\n'), 'labels.csv', 'line');
  });
});
