import assert from 'node:assert/strict';
import { matchLabels, unknownLabels } from '../../../src/data/labels.ts';
import { throwsWith } from '../../support/rejectsWith.ts';

const remedy = 'Rename the class folder';

describe('matchLabels', () => {
  const imageNet = ['n01440764 tench, Tinca tinca', 'n02012849 crane', 'n03126707 crane'];

  function match(label: string, classes: readonly string[]): number | undefined {
    return matchLabels([label], classes, remedy).get(label);
  }

  it('maps every label to its class', () => {
    assert.deepEqual(
      matchLabels(['dog', 'cat', 'dog'], ['cat', 'dog'], remedy),
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
    assert.equal(match('n02012849', ['n01440764: tench', 'n02012849,crane']), 1);
    assert.equal(match('n03126707 crane', imageNet), 2);
  });

  it('matches WordNet ids and the names before them', () => {
    const named = ['tench (n01440764)', 'crane (n03126707)', 'crane bird (n02012849)'];
    for (const label of ['n03126707', 'crane', 'Crane', 'crane (n03126707)']) assert.equal(match(label, named), 1);
    assert.equal(match('crane_bird', named), 2);
  });

  it('refuses a name that stands for two classes', () => {
    throwsWith(() => match('crane', imageNet), 'several classes named "crane" (1, 2)', 'to the index');
    throwsWith(() => match('DOG', ['dog', 'Dog']), '"DOG" (0, 1)');
    assert.equal(match('2', ['crane', 'limpkin', 'crane']), 2);
  });

  it('takes a number for an index when it is no name', () => {
    assert.equal(match('1', ['cat', 'dog']), 1);
    assert.equal(match('001', ['cat', 'dog']), 1);
    assert.equal(match('1.0', ['cat', 'dog']), 1);
    // As Excel writes it in most of Europe.
    assert.equal(match('1,0', ['cat', 'dog']), 1);
    assert.equal(match('1', ['1', '0']), 0);
  });

  it('never takes a number for an index where the names are numbers', () => {
    const alphabetic = ['0', '1', '10', '2'];
    assert.equal(match('10', alphabetic), 2);
    assert.equal(match('00002', alphabetic), 3);
    assert.equal(match('2.0', alphabetic), 3);
    throwsWith(() => match('3', alphabetic), '"3"');
    throwsWith(() => match('0', ['1', '2', '3']), '"0"');
  });

  it('takes the forms of Unicode for the same', () => {
    const name = 'Brötchen für Ångström';
    assert.equal(match(name.normalize('NFD'), ['x', name.normalize('NFC')]), 1);
    assert.equal(match(name.normalize('NFC'), ['x', name.normalize('NFD')]), 1);
  });

  it('takes a name with its index before it', () => {
    assert.equal(match('1 dog', ['cat', 'dog']), 1);
    assert.equal(match('001.Dog', ['dog', 'cat']), 0);
    throwsWith(() => match('0 dog', ['cat', 'dog', 'cow']), '"0 dog"');
  });

  it('takes a name with its index after it', () => {
    assert.equal(match('dog 1', ['cat', 'dog']), 1);
    assert.equal(match('Dog_1', ['dog', 'cat']), 0);
    throwsWith(() => match('dog 0', ['cat', 'dog', 'cow']), '"dog 0"');
  });

  it('finds out whether indices beside names count from 0 or from 1', () => {
    const classes = ['cat', 'cats', 'cats', 'dog'];
    const counted = (labels: readonly string[]) => [...matchLabels(labels, classes, remedy).values()];
    assert.deepEqual(counted(['1 cat', '2 cats', '3 cats']), [0, 1, 2]);
    assert.deepEqual(counted(['0 cat', '2 cats', '3 dog']), [0, 2, 3]);
    throwsWith(() => match('2 cats', classes), 'several classes named "2 cats" (2, 1)');
  });

  it('takes underscores and hyphens for spaces where only one class is meant', () => {
    assert.equal(match('Great_White_Shark', ['dog', 'great white shark']), 1);
    assert.equal(match('traffic light', ['stop', 'traffic-light']), 1);
    assert.equal(match('20 km_h', ['30 km/h', '20 km/h']), 1);
    assert.equal(match('a_b', ['a b', 'a_b']), 1);
    throwsWith(() => match('a-b', ['a b', 'a_b']), 'several classes named "a-b"');
  });

  it('refuses an index that is out of range, and says the range', () => {
    throwsWith(() => match('2', ['cat', 'dog']), '"2"', '0 to 1');
    throwsWith(() => match('-1', ['cat', 'dog']), '"-1"');
    throwsWith(() => match('1.5', ['cat', 'dog']), '"1.5"');
  });

  it('suggests the nearest class for an unknown label, and says what to do', () => {
    throwsWith(() => match('dgo', ['cat', 'dog']), '"dgo" (did you mean "dog"?)', 'Rename');
    throwsWith(() => match('Great_White_Shrak', ['dog', 'great white shark']), 'did you mean "great white shark"?');
    throwsWith(() => match('tensh, Tinca tinca', imageNet), 'did you mean "tench, Tinca tinca"?');
  });

  it('suggests nothing when no class is close', () => {
    throwsWith(() => match('zebra', ['cat', 'dog']), /named "zebra"\. Rename/);
  });

  it('names the first few of many unknown labels', () => {
    const labels = Array.from({ length: 8 }, (_, i) => `stranger ${i}`);
    throwsWith(() => matchLabels([...labels, 'cat'], ['cat', 'dog'], remedy), '"stranger 4", and 3 more');
  });
});

describe('unknownLabels', () => {
  it('are those that match no class, or several, each once', () => {
    const classes = ['crane', 'cat', 'crane'];
    assert.deepEqual(unknownLabels(['cat', 'crow', 'CAT', 'crane', '2', '3', 'crow'], classes), ['crow', 'crane', '3']);
  });
});
