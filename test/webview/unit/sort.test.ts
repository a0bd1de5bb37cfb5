import assert from 'node:assert/strict';
import { toItems } from '../../../webview/logic/item.ts';
import type { Order } from '../../../webview/logic/sort.ts';
import { sortItems } from '../../../webview/logic/sort.ts';
import { example, items } from '../support/examples.ts';

const at = (levels: number) => ({ linf: levels / 255, l2: 0, l1: 0, l0: 0 });
const sure = (confidence: number) => ({ adversarial: { class: 'yield', confidence } });

describe('orders of the gallery', () => {
  const all = items(
    { norms: at(5), ...sure(0.5) },
    { status: 'held', norms: at(8), ...sure(0.9) },
    { norms: at(2), ...sure(0.7) },
    { status: 'wrong', norms: null, adversarial: null, clean: { class: 'yield', confidence: 0.6 } },
  );
  const order = (by: Order) => sortItems(all, by).map(({ example }) => example.index);

  it('keep the examples as the test has them', () => assert.deepEqual(order('original'), [0, 1, 2, 3]));

  it('put examples without a distance last in either direction', () => {
    assert.deepEqual(order('nearest'), [2, 0, 1, 3]);
    assert.deepEqual(order('farthest'), [0, 2, 1, 3]);
  });

  it('go by the confidence of the last answer', () => {
    assert.deepEqual(order('surest'), [1, 2, 3, 0]);
    assert.deepEqual(order('unsurest'), [0, 3, 2, 1]);
  });

  it('do not change what they are given', () => {
    order('nearest');
    assert.deepEqual(order('original'), [0, 1, 2, 3]);
  });

  it('begin with the order of the test, whatever the order of the file', () => {
    const mixed = [example({ index: 1 }), example({ index: 0 }), example({ index: 1, epsilon: 2 / 255 })];
    assert.deepEqual(
      toItems(mixed, 'linf').map(({ place }) => place),
      [2, 1, 0],
    );
  });
});
