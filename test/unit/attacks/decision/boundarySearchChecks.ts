import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { boundarySearch } from '../../../../src/attacks/decision/boundarySearch.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import type { Checks } from '../../../support/checks.ts';

type Search = typeof boundarySearch;

/** Runs a search on points of one value, which are class `reached` from `edge` on. */
function searched(
  search: Search,
  edge: number,
  width: number,
  { label = 0, target = undefined as number | undefined },
) {
  const dialogue = search(createGoal(label, target), (place) => Float32Array.of(place), {
    short: 0,
    reached: 1,
    width,
  });
  let asked = 0;
  let next = dialogue.next([]);
  while (!next.done) {
    asked += next.value.points.length;
    next = dialogue.next(next.value.points.map(([place = 0]) => ({ decision: place >= edge ? 1 : 0 })));
  }
  return { place: next.value, asked };
}

export const boundarySearchChecks: Checks<Search> = {
  'ends where the goal is reached, as near to the boundary as asked for, by halving': (search) =>
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.integer({ min: 1, max: 12 }), (edge, bits) => {
        const { place, asked } = searched(search, Math.fround(edge), 2 ** -bits, {});
        assert.ok(place >= Math.fround(edge) && place - edge <= 2 ** -bits + 1e-7, `${place} for ${edge}`);
        assert.equal(asked, bits);
      }),
    ),

  'goes for the target': (search) => {
    assert.equal(searched(search, 0.25, 1 / 4, { target: 2 }).place, 1);
  },

  'ends where numbers are as near as they can be': (search) => {
    assert.ok(searched(search, 0.3, 0, {}).asked < 1100, 'it goes on and on');
  },
};
