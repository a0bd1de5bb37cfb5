import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sample } from '../../../src/data/sample.ts';

interface Item {
  readonly id: number;
  readonly label: string;
}

const labelOf = (item: Item) => item.label;

const items = fc
  .array(fc.constantFrom('ant', 'bee', 'cat', 'dog', 'eel'), { maxLength: 60 })
  .map((labels) => labels.map((label, id): Item => ({ id, label })));
const limit = fc.nat({ max: 70 });
const seed = fc.integer();

function countsOf(drawn: readonly Item[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { label } of drawn) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

describe('sample', () => {
  it('draws as many items as the limit and the items allow', () => {
    fc.assert(
      fc.property(items, limit, seed, (all, most, start) => {
        assert.equal(sample(all, labelOf, most, start).length, Math.min(most, all.length));
      }),
    );
  });

  it('keeps the order and draws nothing twice', () => {
    fc.assert(
      fc.property(items, limit, seed, (all, most, start) => {
        const ids = sample(all, labelOf, most, start).map(({ id }) => id);
        assert.ok(ids.every((id, i) => i === 0 || id > (ids[i - 1] as number)));
      }),
    );
  });

  it('draws as evenly as the labels allow: one is behind another by more than one only when it is used up', () => {
    fc.assert(
      fc.property(items, limit, seed, (all, most, start) => {
        const available = countsOf(all);
        const drawn = countsOf(sample(all, labelOf, most, start));
        const highest = Math.max(0, ...drawn.values());
        for (const [label, count] of available) {
          const got = drawn.get(label) ?? 0;
          assert.ok(got >= highest - 1 || got === count, `${label}: ${got} of ${count}, another has ${highest}`);
        }
      }),
    );
  });

  it('draws the same items for the same seed', () => {
    fc.assert(
      fc.property(items, limit, seed, (all, most, start) => {
        assert.deepEqual(sample(all, labelOf, most, start), sample(all, labelOf, most, start));
      }),
    );
  });

  it('draws every item and every label under some seed', () => {
    const all = Array.from({ length: 20 }, (_, id): Item => ({ id, label: `class ${id % 10}` }));
    const drawn = Array.from({ length: 100 }, (_, start) => sample(all, labelOf, 3, start)).flat();
    assert.equal(new Set(drawn).size, all.length);
  });

  it('draws from items without labels', () => {
    assert.equal(sample([1, 2, 3, 4], () => undefined, 2, 0).length, 2);
  });

  it('returns everything in a new array when the limit is no limit', () => {
    const all = [3, 1, 2];
    const drawn = sample(all, String, Number.POSITIVE_INFINITY, 0);
    assert.deepEqual(drawn, all);
    assert.notEqual(drawn, all);
  });

  it('draws the same share of each label, up to one item, where it is proportional', () => {
    fc.assert(
      fc.property(items, limit, seed, (all, most, start) => {
        const drawn = sample(all, labelOf, most, start, 'proportional');
        assert.equal(drawn.length, Math.min(most, all.length));
        assert.deepEqual(
          drawn,
          all.filter((item) => drawn.includes(item)),
        );
        assert.deepEqual(sample(all, labelOf, most, start, 'proportional'), drawn);
        const counts = countsOf(drawn);
        for (const [label, count] of countsOf(all)) {
          const share = (count * drawn.length) / all.length;
          assert.ok(Math.abs((counts.get(label) ?? 0) - share) < 1, `${label}: ${counts.get(label)} for ${share}`);
        }
      }),
    );
  });

  it('leaves it to the seed which of equal labels gets a leftover', () => {
    const all = Array.from({ length: 20 }, (_, id): Item => ({ id, label: `class ${id % 10}` }));
    const drawn = Array.from({ length: 200 }, (_, start) => sample(all, labelOf, 3, start, 'proportional')).flat();
    assert.equal(new Set(drawn).size, all.length);
  });
});
