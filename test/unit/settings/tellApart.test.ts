import assert from 'node:assert/strict';
import { type Root, tellApart } from '../../../src/settings/tellApart.ts';
import { planOf } from '../../support/plans.ts';

const rootOf = (folder: string, name: string, ids: readonly string[], broken: readonly string[] = []): Root => ({
  name,
  folder,
  plans: ids.map((id) => ({ ...planOf(), id })),
  problems: broken.map((test) => ({ file: '', line: 1, column: 1, setting: '', path: [], message: '', test })),
});

const idsOf = (roots: readonly Root[]) =>
  roots.map(({ plans, problems }) => [...plans.map(({ id }) => id), ...problems.map(({ test }) => test)]);

describe('the tests of several folders', () => {
  it('keep their ids where these differ', () => {
    const roots = [rootOf('/a', 'a', ['m › x', 'm › y']), rootOf('/b', 'b', ['m › z'], ['m › broken'])];
    assert.deepEqual(idsOf(tellApart(roots)), [
      ['m › x', 'm › y'],
      ['m › z', 'm › broken'],
    ]);
  });

  it('have the names of their folders in their ids where these are the same', () => {
    const roots = [rootOf('/a', 'a', ['m › x', 'm › y']), rootOf('/b', 'b', ['m › x'], ['m › y'])];
    assert.deepEqual(idsOf(tellApart(roots)), [
      ['a › m › x', 'a › m › y'],
      ['b › m › x', 'b › m › y'],
    ]);
  });

  it('have the paths of folders that have the same name', () => {
    const roots = [rootOf('/one/a', 'a', ['m › x']), rootOf('/two/a', 'a', ['m › x'])];
    assert.deepEqual(idsOf(tellApart(roots)), [['/one/a › m › x'], ['/two/a › m › x']]);
  });
});
