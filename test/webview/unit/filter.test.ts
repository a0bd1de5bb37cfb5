import assert from 'node:assert/strict';
import type { Replayed } from '../../../src/corpus/replay.ts';
import type { State } from '../../../src/corpus/states.ts';
import { countFacets, epsilonsOf, everything, filterItems, labelsOf } from '../../../webview/logic/filter.ts';
import { inFigures, toItems } from '../../../webview/logic/item.ts';
import { items } from '../support/examples.ts';

describe('filters of the gallery', () => {
  const all = items(
    { label: 'stop', status: 'fooled', epsilon: 2 / 255 },
    { label: 'stop', status: 'held', epsilon: 2 / 255 },
    { label: 'yield', status: 'fooled', epsilon: 4 / 255 },
    { label: 'speed-limit-100', status: 'wrong', epsilon: 4 / 255 },
    { label: 'speed-limit-20', status: 'ineligible', epsilon: 4 / 255 },
  );
  const indexes = (filter: Partial<typeof everything>) =>
    filterItems(all, { ...everything, ...filter }).map(({ example }) => example.index);

  it('let all through, or those that match every one of them', () => {
    assert.deepEqual(indexes({}), [0, 1, 2, 3, 4]);
    assert.deepEqual(indexes({ status: 'fooled' }), [0, 2]);
    assert.deepEqual(indexes({ status: 'fooled', label: 'stop' }), [0]);
    assert.deepEqual(indexes({ epsilon: 4 / 255, status: 'wrong' }), [3]);
    assert.deepEqual(indexes({ label: 'yield', status: 'held' }), []);
  });

  it('find files, their folders, and classes by a part of their name, in any case', () => {
    const some = items(
      { image: '/data/stop/01.png', label: 'stop', adversarial: { class: 'Yield' } },
      { image: 'C:\\data\\keep right\\102.png', label: 'keep right', adversarial: null },
    );
    const found = (name: string) => filterItems(some, { ...everything, name }).map(({ example }) => example.index);
    assert.deepEqual(['01', 'STOP/0', 'yield', ' right/1', 'data', ''].map(found), [[0], [0], [0], [1], [], [0, 1]]);
  });

  it('leave the examples that went from one class to another', () => {
    const some = items({}, { adversarial: { class: 'stop' } }, { adversarial: null }, { clean: { class: 'yield' } });
    const to = (before: string, after: string) =>
      filterItems(some, { ...everything, change: { before, after } }).map(({ example }) => example.index);
    assert.deepEqual([to('stop', 'yield'), to('stop', 'stop'), to('yield', 'yield')], [[0], [1, 2], [3]]);
  });

  it('leave the examples whose known counterexample came to something', () => {
    const [first, second, third] = items({ image: '/a.png' }, { image: '/b.png' }, { image: '/c.png', target: 'stop' });
    const replayed = (image: string, state: State): Replayed => ({
      ...{ identity: '', label: 'stop', since: 'abc', prediction: 'yield' },
      ...{ image, state },
    });
    const examples = [first, second, third].flatMap((item) => item?.example ?? []);
    const known = [replayed('/a.png', 'fixed'), replayed('/b.png', 'newlyFooled'), replayed('/c.png', 'fixed')];
    const some = toItems(examples, 'linf', [], known);
    const found = (state: State) =>
      filterItems(some, { ...everything, known: state }).map(({ example }) => example.image);
    // That of the last image is about another target.
    assert.deepEqual([found('fixed'), found('newlyFooled'), found('stillFooled')], [['/a.png'], ['/b.png'], []]);
    assert.equal(countFacets(some, everything).known.get('fixed'), 1);
  });

  it('show what is no image of the test among known counterexamples alone, and count it nowhere else', () => {
    const [own, outside] = items({ image: '/a.png' }, { image: '/b.png', isOutside: true });
    const examples = [own, outside].flatMap((item) => item?.example ?? []);
    const known = examples.map(
      ({ image }): Replayed => ({
        ...{ identity: '', label: 'stop', since: 'abc', prediction: 'yield' },
        ...{ image, state: 'stillFooled' },
      }),
    );
    const some = toItems(examples, 'linf', [], known);
    const shown = (filter: Partial<typeof everything>) =>
      filterItems(some, { ...everything, ...filter }).map(({ example }) => example.image);
    assert.deepEqual([shown({}), shown({ known: 'stillFooled' })], [['/a.png'], ['/a.png', '/b.png']]);
    assert.deepEqual(
      inFigures(some).map(({ example }) => example.image),
      ['/a.png'],
    );
    const { status, known: counted } = countFacets(some, everything);
    assert.deepEqual([status.get(null), counted.get(null), counted.get('stillFooled')], [1, 1, 2]);
  });

  it('count what each choice would show, given the other filters', () => {
    const { status, label, epsilon } = countFacets(all, { ...everything, status: 'fooled' });
    assert.deepEqual(
      [...status],
      [
        ['fooled', 2],
        ['held', 1],
        ['wrong', 1],
        ['ineligible', 1],
        [null, 5],
      ],
    );
    assert.deepEqual(
      [...label],
      [
        ['stop', 1],
        ['yield', 1],
        [null, 2],
      ],
    );
    assert.deepEqual(
      [...epsilon],
      [
        [2 / 255, 1],
        [4 / 255, 1],
        [null, 2],
      ],
    );
  });

  it('list labels by name, numbers by value, and budgets by size', () => {
    assert.deepEqual(labelsOf(all), ['speed-limit-20', 'speed-limit-100', 'stop', 'yield']);
    assert.deepEqual(epsilonsOf(all), [2 / 255, 4 / 255]);
  });

  it('work for attacks without a budget', () => {
    const some = items({ epsilon: undefined }, { epsilon: undefined });
    assert.deepEqual(epsilonsOf(some), []);
    assert.equal(filterItems(some, everything).length, 2);
  });
});
