import assert from 'node:assert/strict';
import { drawingOf, lastOf } from '../../../webview/logic/trainingCurves.ts';

describe('the curves of a training', () => {
  it('have the points at which one of their measures was taken, in the order of epochs', () => {
    const points = [
      { epoch: 1, cleanAccuracy: 0.9, robustAccuracy: 0.2 },
      { epoch: 0.5, loss: 2 },
      { epoch: 1.5, loss: 1, robustAccuracy: 0.4 },
    ];
    assert.deepEqual(drawingOf(points, ['loss']), { epochs: [0.5, 1.5], values: [[2, 1]] });
    assert.deepEqual(drawingOf(points, ['cleanAccuracy', 'robustAccuracy']), {
      epochs: [1, 1.5],
      values: [
        [0.9, null],
        [0.2, 0.4],
      ],
    });
  });

  it('leave out a loss that is not a number, which JSON calls null', () => {
    const points = [
      { epoch: 0.5, loss: Number.NaN },
      { epoch: 1, loss: null as never },
      { epoch: 2, loss: 3 },
    ];
    assert.deepEqual(drawingOf(points, ['loss']), { epochs: [2], values: [[3]] });
  });

  it('end with the last value that was measured', () => {
    assert.equal(lastOf([0.1, 0.2, null]), 0.2);
    assert.equal(lastOf([0]), 0);
    assert.equal(lastOf([null]), undefined);
  });
});
