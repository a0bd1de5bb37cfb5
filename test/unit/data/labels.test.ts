import assert from 'node:assert/strict';
import { matchLabels, readLabels } from '../../../src/data/labels.ts';
import { rejectsWith, throwsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('readLabels', () => {
  const folder = temporaryFolder();

  const read = async (content: string) => readLabels(await folder.write('labels.txt', content));

  it('reads one class a line', async () => {
    assert.deepEqual(await read('cat\ngreat white shark\ndog'), ['cat', 'great white shark', 'dog']);
  });

  it('copes with a byte order mark, Windows line ends and blank lines at the end', async () => {
    assert.deepEqual(await read('\uFEFFcat\r\ndog \r\n\r\n  \r\n'), ['cat', 'dog']);
  });

  it('refuses a missing file', async () => {
    await rejectsWith(readLabels(folder.at('none.txt')), folder.at('none.txt'), 'does not exist');
  });

  for (const content of ['', '\n\r\n', '\uFEFF']) {
    it(`refuses an empty file: ${JSON.stringify(content)}`, async () => {
      await rejectsWith(read(content), 'labels.txt', 'is empty', 'one class name a line');
    });
  }

  it('names both lines of a name that is there twice', async () => {
    await rejectsWith(read('crane\ndog\ncrane\n'), 'labels.txt', 'lines 1 and 3 are both "crane"', 'name of its own');
  });

  it('names a blank line between others, which would shift the classes', async () => {
    await rejectsWith(read('cat\n\ndog\n'), 'line 2 is blank');
  });
});

describe('matchLabels', () => {
  const imageNet = ['n01440764 tench, Tinca tinca', 'n02012849 crane', 'n03126707 crane'];

  function match(label: string, classes: readonly string[]): number | undefined {
    return matchLabels([label], classes).get(label);
  }

  it('maps every label to its class', () => {
    assert.deepEqual(
      matchLabels(['dog', 'cat', 'dog'], ['cat', 'dog']),
      new Map([
        ['dog', 1],
        ['cat', 0],
      ]),
    );
  });

  it('prefers the exact name to one in other letter case', () => {
    assert.equal(match('Dog', ['dog', 'Dog']), 1);
    assert.equal(match('DOG', ['cat', 'Dog']), 1);
  });

  it('matches WordNet ids and the names after them', () => {
    assert.equal(match('n01440764', imageNet), 0);
    assert.equal(match('tench, tinca tinca', imageNet), 0);
    assert.equal(match('n03126707', imageNet), 2);
    assert.equal(match('n03126707 crane', imageNet), 2);
  });

  it('refuses a name that stands for two classes', () => {
    throwsWith(() => match('crane', imageNet), '"crane"');
    throwsWith(() => match('DOG', ['dog', 'Dog']), '"DOG"');
  });

  it('takes a number for an index when it is no name', () => {
    assert.equal(match('1', ['cat', 'dog']), 1);
    assert.equal(match('001', ['cat', 'dog']), 1);
    assert.equal(match('1', ['1', '0']), 0);
  });

  it('refuses an index that is out of range, and says the range', () => {
    throwsWith(() => match('2', ['cat', 'dog']), '"2"', '0 to 1');
    throwsWith(() => match('-1', ['cat', 'dog']), '"-1"');
    throwsWith(() => match('1.0', ['cat', 'dog']), '"1.0"');
  });

  it('suggests the nearest class for an unknown label, and says what to do', () => {
    throwsWith(() => match('dgo', ['cat', 'dog']), '"dgo" (did you mean "dog"?)', 'Rename');
    throwsWith(() => match('Great_White_Shark', ['dog', 'great white shark']), 'did you mean "great white shark"?');
    throwsWith(() => match('tensh, Tinca tinca', imageNet), 'did you mean "tench, Tinca tinca"?');
  });

  it('suggests nothing when no class is close', () => {
    throwsWith(() => match('zebra', ['cat', 'dog']), /named "zebra"\. Rename/);
  });

  it('names the first few of many unknown labels', () => {
    const labels = Array.from({ length: 8 }, (_, i) => `stranger ${i}`);
    throwsWith(() => matchLabels([...labels, 'cat'], ['cat', 'dog']), '"stranger 4", and 3 more');
  });
});
