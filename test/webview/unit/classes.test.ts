import assert from 'node:assert/strict';
import { confusionOf } from '../../../webview/logic/confusion.ts';
import { topClasses } from '../../../webview/logic/topClasses.ts';
import { items } from '../support/examples.ts';

describe('classes before and after an attack', () => {
  const moved = (before: string, after: string | null) => ({
    clean: { class: before },
    adversarial: after === null ? null : { class: after },
  });

  it('are counted by row and column; what was not attacked has not moved', () => {
    const { classes, counts, others } = confusionOf(
      items(moved('a2', 'a10'), moved('a2', 'a10'), moved('a2', 'a2'), moved('a10', null), moved('b', 'a2')),
    );
    assert.deepEqual(classes, ['a2', 'a10', 'b']);
    assert.deepEqual(counts, [
      [1, 2, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    assert.equal(others, 0);
  });

  it('are those between which most examples move, if there are too many', () => {
    const stay = Array.from({ length: 30 }, (_, i) => moved(`kept ${i}`, `kept ${i}`));
    const { classes, others } = confusionOf(items(...stay, moved('from', 'to'), moved('from', 'to')));
    assert.equal(classes.length, 20);
    assert.equal(others, 12);
    assert.ok(classes.includes('from') && classes.includes('to'), 'those that moved are there');
  });

  it('stand in one list, those after the attack first, without the impossible ones', () => {
    const top = (shares: Record<string, number>) =>
      Object.entries(shares).map(([name, confidence]) => ({ class: name, confidence }));
    const before = { class: 'a', top: top({ a: 0.98, b: 0.015, c: 0.001 }) };
    const after = { class: 'b', top: top({ b: 0.6, a: 0.3, d: 0.1 }) };
    assert.deepEqual(topClasses(before, after), [
      { name: 'b', before: 0.015, after: 0.6 },
      { name: 'a', before: 0.98, after: 0.3 },
      { name: 'd', after: 0.1 },
    ]);
    assert.deepEqual(
      topClasses(before, null).map(({ name }) => name),
      ['a', 'b'],
    );
    assert.deepEqual(topClasses({ class: 'a' }, { class: 'b' }), [], 'a model that gives labels only has none');
  });
});
