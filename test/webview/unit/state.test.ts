import assert from 'node:assert/strict';
import type { ShownTest } from '../../../src/page/protocol.ts';
import type { ExampleReport, TestReport } from '../../../src/reports/report.ts';
import type { Item } from '../../../webview/logic/item.ts';
import { LruCache } from '../../../webview/logic/lru.ts';
import { budgetsOf, deriveModel } from '../../../webview/logic/model.ts';
import { reviveReport } from '../../../webview/logic/revive.ts';
import { initialState, restoreState } from '../../../webview/logic/state.ts';
import { example } from '../support/examples.ts';

const location = { folder: '/runs/1', test: 'signs › test' };

describe('the state of the view', () => {
  it('comes back as it was', () => {
    const state = {
      ...initialState(location),
      selected: '3@0.1',
      filter: {
        status: 'fooled' as const,
        label: 'stop',
        epsilon: 0.1,
        change: { before: 'stop', after: 'yield' },
        known: 'fixed' as const,
        name: '01',
      },
      grouped: true,
      mode: 'swipe' as const,
      gain: 16 as const,
      zoom: { factor: 3, x: 0.2, y: 0.7 },
      open: ['curve' as const],
      step: 3,
    };
    assert.deepEqual(restoreState(JSON.parse(JSON.stringify(state)), location), state);
  });

  it('comes along to another run of the test', () => {
    const saved = { ...initialState(location), mode: 'swipe', selected: '3@0.1' };
    const other = { ...location, folder: '/runs/2' };
    assert.deepEqual(restoreState(saved, other), { ...saved, location: other });
  });

  it('is a new one for another test', () => {
    const other = { ...initialState({ ...location, test: 'another' }), mode: 'swipe' };
    assert.deepEqual(restoreState(other, location), initialState(location));
  });

  it('does without what makes no sense', () => {
    const odd = {
      location,
      selected: 5,
      filter: { status: 'lost', label: 1, epsilon: 'x', change: { before: 1 }, known: 'lost', name: 2 },
      grouped: 'yes',
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
  const report = { attack: { norm: 'linf', epsilons: [4 / 255, 8 / 255] }, comparisons: [] } as unknown as TestReport;
  const examples = [example({ index: 0 }), example({ index: 1, status: 'held' }), example({ index: 2 })];
  const shown: ShownTest = { report, examples, classes: [], imagesBase: '', started: '' };
  const test = { test: shown, runs: [], twins: [] };
  const state = initialState(location);
  const key = (index: number, epsilon = 8 / 255) => `${index}@${epsilon}`;

  it('opens on an example that shows why the test failed', () => {
    const opened = (comparisons: unknown[], ...changes: Partial<ExampleReport>[]) => {
      const examples = changes.map((change, index) => example({ index, ...change }));
      const told = { ...shown, examples, report: { ...report, comparisons } as TestReport };
      return deriveModel({ test: told, runs: [], twins: [] }, state).selected?.example.index;
    };
    const at = (epsilon: number, status: ExampleReport['status']) => ({ epsilon: epsilon / 255, status });
    const missed = (metric: string, epsilon?: number) => ({
      metric,
      result: 'missed',
      ...(epsilon && { epsilon: epsilon / 255 }),
    });
    const some = [at(4, 'held'), at(4, 'wrong'), at(4, 'fooled'), at(8, 'held'), at(8, 'fooled')];
    assert.equal(opened([], ...some), 4, 'without a failure the largest budget counts');
    assert.equal(opened([{ ...missed('robustAccuracy', 8), result: 'met' }, missed('robustAccuracy', 4)], ...some), 2);
    assert.equal(opened([missed('cleanAccuracy')], ...some), 1);
    assert.equal(opened([missed('robustAccuracy', 8)], at(4, 'fooled'), at(8, 'held')), 0);
    assert.equal(opened([], at(4, 'wrong'), at(4, 'held'), at(8, 'held')), 2);
    assert.equal(opened([], at(4, 'wrong')), 0);
  });

  it('shows each image once where that is asked for: at the smallest budget that fools it, else at the largest', () => {
    const at = (index: number, epsilon: number, status: ExampleReport['status']) =>
      example({ index, epsilon: epsilon / 255, status });
    const examples = [at(0, 4, 'held'), at(0, 8, 'held'), at(1, 2, 'held'), at(1, 4, 'fooled'), at(1, 8, 'fooled')];
    const told = { test: { ...shown, examples }, runs: [], twins: [] };
    const model = deriveModel(told, { ...state, grouped: true, selected: key(1) });
    assert.deepEqual(
      model.visible.map(({ example: { index, epsilon = 0 } }) => [index, Math.round(255 * epsilon)]),
      [
        [0, 8],
        [1, 4],
      ],
    );
    // The tile of the image is the selected one, whichever of its budgets is shown.
    assert.deepEqual([model.selected?.key, model.position], [key(1), 1]);
    assert.equal(budgetsOf(model, model.selected as Item).length, 3);
  });

  it('keeps what it has of examples when others finish', () => {
    const before = deriveModel(test, state);
    const more = { ...shown, examples: [...examples, example({ index: 3, epsilon: 4 / 255 })] };
    const after = deriveModel({ test: more, runs: [], twins: [] }, state, before);
    assert.deepEqual(
      after.items.map(({ example }) => example.index),
      [3, 0, 1, 2],
    );
    assert.deepEqual(after.items.slice(1), before.items);
    assert.ok(
      after.items.slice(1).every((item, i) => item === before.items[i]),
      'items are the same objects',
    );
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
