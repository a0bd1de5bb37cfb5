import assert from 'node:assert/strict';
import type { ShownTest } from '../../../src/page/protocol.ts';
import type { TestReport } from '../../../src/reports/report.ts';
import { LruCache } from '../../../webview/logic/lru.ts';
import { deriveModel } from '../../../webview/logic/model.ts';
import { reviveReport } from '../../../webview/logic/revive.ts';
import { initialState, restoreState } from '../../../webview/logic/state.ts';
import { example } from '../support/examples.ts';

const location = { folder: '/runs/1', test: 'signs › test' };

describe('the state of the view', () => {
  it('comes back as it was', () => {
    const state = {
      ...initialState(location),
      selected: '3@0.1',
      filter: { status: 'fooled' as const, label: 'stop', epsilon: 0.1 },
      mode: 'swipe' as const,
      gain: 16 as const,
      zoom: { factor: 3, x: 0.2, y: 0.7 },
      open: ['curve' as const],
      step: 3,
    };
    assert.deepEqual(restoreState(JSON.parse(JSON.stringify(state)), location), state);
  });

  it('is a new one for another test', () => {
    const other = { ...initialState({ ...location, test: 'another' }), mode: 'swipe' };
    assert.deepEqual(restoreState(other, location), initialState(location));
  });

  it('does without what makes no sense', () => {
    const odd = {
      location,
      selected: 5,
      filter: { status: 'lost', label: 1, epsilon: 'x' },
      order: 'up',
      mode: 'film',
      gain: 3,
      divider: 7,
      zoom: { factor: -1, x: 'a', y: 0 },
      open: 'all',
      step: -1,
    };
    assert.deepEqual(restoreState(odd, location), initialState(location));
    for (const nothing of [undefined, null, 7, {}, { location: null }]) {
      assert.deepEqual(restoreState(nothing, location), initialState(location));
    }
  });
});

describe('the model of the page', () => {
  const report = { attack: { norm: 'linf' } } as TestReport;
  const examples = [example({ index: 0 }), example({ index: 1, status: 'held' }), example({ index: 2 })];
  const test: ShownTest = { report, examples, classes: [], imagesBase: '', started: '' };
  const state = initialState(location);
  const key = (index: number) => `${index}@${8 / 255}`;

  it('selects the first example where none is', () => {
    assert.equal(deriveModel(test, state).selected?.example.index, 0);
  });

  it('keeps the selected example while the filter shows it, else selects the first', () => {
    const held = { ...state.filter, status: 'held' as const };
    const fooled = { ...state.filter, status: 'fooled' as const };
    const at2 = { ...state, selected: key(2) };
    assert.deepEqual(
      [at2, { ...at2, filter: fooled }, { ...at2, filter: held }].map((one) => {
        const { selected, position } = deriveModel(test, one);
        return [selected?.example.index, position];
      }),
      [
        [2, 2],
        [2, 1],
        [1, 0],
      ],
    );
  });

  it('keeps showing an example where the filter leaves none', () => {
    const { selected, position, visible } = deriveModel(test, {
      ...state,
      selected: key(2),
      filter: { ...state.filter, status: 'wrong' },
    });
    assert.deepEqual([selected?.example.index, position, visible.length], [2, -1, 0]);
  });

  it('sorts and filters only when that changes', () => {
    const before = deriveModel(test, state);
    const after = deriveModel(test, { ...state, mode: 'swipe' }, before);
    assert.equal(after.visible, before.visible);
    assert.equal(after.facets, before.facets);
  });
});

describe('a report that came as JSON', () => {
  it('has its infinite distances again', () => {
    const metrics = { medianDistance: Infinity, meanDistance: Infinity, successRate: 0 };
    const report = {
      metrics,
      rounds: [{ metrics, metricsOnGrid: metrics }],
      comparisons: [{ metric: 'medianDistance', expected: 0.1, measured: Infinity, result: 'met' }],
    } as unknown as TestReport;
    assert.deepEqual(reviveReport(JSON.parse(JSON.stringify(report))), report);
  });
});

describe('the cache of images', () => {
  it('forgets what was used longest ago', () => {
    const cache = new LruCache<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    assert.equal(cache.get('a'), 1);
    cache.set('c', 3);
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => cache.get(key)),
      [1, undefined, 3],
    );
    cache.delete('a');
    assert.equal(cache.get('a'), undefined);
  });
});
