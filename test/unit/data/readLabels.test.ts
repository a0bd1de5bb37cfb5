import assert from 'node:assert/strict';
import { readLabels } from '../../../src/data/readLabels.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('readLabels', () => {
  const folder = temporaryFolder();

  const read = async (content: string | Uint8Array, name = 'labels.txt') =>
    readLabels(await folder.write(name, content));

  it('reads one class a line', async () => {
    assert.deepEqual(await read('cat\ngreat white shark\ndog'), ['cat', 'great white shark', 'dog']);
  });

  it('copes with a byte order mark, other line ends and blank lines at the end', async () => {
    assert.deepEqual(await read('\uFEFFcat\r\ndog \r\n\r\n  \r\n'), ['cat', 'dog']);
    assert.deepEqual(await read('cat\rdog\r'), ['cat', 'dog']);
  });

  const umlauts = 'Bär\nKröte\n';
  const bigEndian = Buffer.from(umlauts, 'utf16le').swap16();
  for (const [encoding, bytes] of [
    ['UTF-8', Buffer.from(umlauts)],
    ['UTF-16, little end first', Buffer.from(`\uFEFF${umlauts}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.concat([Buffer.from([0xfe, 0xff]), bigEndian])],
    ['UTF-16 without a byte order mark', Buffer.from(umlauts, 'utf16le')],
    ['Latin-1', Buffer.from(umlauts, 'latin1')],
  ] as const) {
    it(`reads ${encoding}`, async () => {
      assert.deepEqual(await read(bytes), ['Bär', 'Kröte']);
    });
  }

  for (const [form, content] of [
    ['a list', '["cat", "dog"]'],
    ['names by index', '{"1": "dog", "0": "cat"}'],
    ['indices by name', '{"dog": 1, "cat": 0}'],
    ['indices from 1 on', '{"dog": 2, "cat": 1}'],
    ['a key of Teachable Machine', '{"tfjsVersion": "1.7.4", "labels": ["cat", "dog"], "imageSize": 224}'],
    ['a key of Transformers', '{"id2label": {"0": "cat", "1": "dog"}, "model_type": "vit"}'],
    ['objects', '[{"id": 1, "name": "dog"}, {"id": 0, "name": "cat"}]'],
  ] as const) {
    it(`reads ${form} in JSON`, async () => {
      assert.deepEqual(await read(content, 'labels.json'), ['cat', 'dog']);
      assert.deepEqual(await read(content), ['cat', 'dog']);
    });
  }

  for (const [form, content] of [
    ['a list', '- cat\n- dog\n'],
    ['a list in Ultralytics’s data.yaml', "path: ../animals\nnc: 2\nnames: ['cat', 'dog']\n"],
    ['names by index', 'names:\n  0: cat\n  1: dog\n'],
    ['indices by name', 'dog: 1\ncat: 0\n'],
  ] as const) {
    it(`reads ${form} in YAML`, async () => {
      assert.deepEqual(await read(content, 'labels.yaml'), ['cat', 'dog']);
      assert.deepEqual(await read(content, 'OTHER.YML'), ['cat', 'dog']);
    });
  }

  it('takes names in YAML for texts, whatever they look like', async () => {
    assert.deepEqual(await read('- no\n- 1e3\n- null\n', 'labels.yaml'), ['no', '1e3', 'null']);
  });

  it('refuses YAML that is broken, or has no names', async () => {
    await rejectsWith(read('names: [cat', 'labels.yaml'), 'labels.yaml', 'not valid YAML');
    await rejectsWith(read('cat', 'labels.yaml'), 'does not name the classes');
  });

  for (const [what, content] of [
    ['what Python prints of a list', "['cat', 'dog']"],
    ['what Python prints of a dictionary', "{0: 'cat', 1: 'dog'}"],
    ['the inside of a list', '"cat",\n"dog"\n'],
    ['names in quotes', "'cat'\n'dog'\n"],
    ['a comma at the end of lines', 'cat,\ndog,\n'],
    ['one line with commas', 'cat, dog\n'],
    ['one line with semicolons', 'cat; dog\n'],
  ] as const) {
    it(`reads ${what}`, async () => {
      assert.deepEqual(await read(content), ['cat', 'dog']);
    });
  }

  it('joins WordNet ids and names', async () => {
    const content = '{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}';
    assert.deepEqual(await read(content, 'classes.json'), ['n01440764 tench', 'n01443537 goldfish']);
  });

  it('refuses JSON that is broken, or leaves an index out', async () => {
    await rejectsWith(read('["cat",', 'labels.json'), 'labels.json', 'not valid JSON');
    await rejectsWith(read('{"0": "cat", "2": "dog"}'), 'does not name the classes', '{"0": "red"');
    await rejectsWith(read('{"cat": 0, "dog": 0}'), 'does not name the classes');
    await rejectsWith(read('7', 'labels.json'), 'does not name the classes');
  });

  for (const lines of [
    '0 cat\n1 dog',
    '0: cat\n1: dog',
    'cat,0\ndog,1',
    '1;dog\n0;cat',
    '1\tcat\n2\tdog',
    '"0","cat"\n"1","dog"',
  ]) {
    it(`takes the numbers off ${JSON.stringify(lines)}`, async () => {
      assert.deepEqual(await read(lines), ['cat', 'dog']);
      assert.deepEqual(await read(`index,name\n${lines}`), ['cat', 'dog']);
    });
  }

  for (const lines of [
    ['class 0', 'class 1'],
    ['1 euro', '2 euro'],
    ['20 km/h', '30 km/h'],
    ['1 cat', '2 cats', '3 cats', '4 cats'],
    ['grade 0', 'grade 1', 'grade 2', 'blurred 3'],
    ['tench, Tinca tinca', 'goldfish, Carassius auratus'],
    ['0 cat', '2 dog'],
    ['0 cat', 'dog'],
    ['3', '7'],
  ]) {
    it(`takes numbers for a part of the names in ${lines.join(', ')}`, async () => {
      assert.deepEqual(await read(lines.join('\n')), lines);
    });
  }

  it('lets a name stand for two classes', async () => {
    assert.deepEqual(await read('crane\ndog\ncrane\n'), ['crane', 'dog', 'crane']);
    assert.deepEqual(await read('0 crane\n1 dog\n2 crane\n'), ['crane', 'dog', 'crane']);
  });

  it('refuses a missing file', async () => {
    await rejectsWith(readLabels(folder.at('none.txt')), folder.at('none.txt'), 'does not exist');
  });

  for (const content of ['', '\n\r\n', '\uFEFF']) {
    it(`refuses an empty file: ${JSON.stringify(content)}`, async () => {
      await rejectsWith(read(content), 'labels.txt', 'is empty', 'one class name per line');
    });
  }

  it('names a blank line between others, which would shift the classes', async () => {
    await rejectsWith(read('cat\n\ndog\n'), 'line 2 is blank');
  });
});
