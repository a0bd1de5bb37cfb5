import assert from 'node:assert/strict';
import { linearExample, usualExample } from '../../../webview/logic/linearExample.ts';

describe('the linear explanation in numbers', () => {
  it('says −4, and after a step of 0.2 along the weights 1.6', () => {
    const { x, w, epsilon, output, alongGradient } = usualExample;
    assert.deepEqual(x, [1, -1, 2, 0, 3, -2]);
    assert.deepEqual(w, [1, 3, -1, 2, 2, 3]);
    assert.equal(epsilon, 0.2);
    assert.equal(output, -4);
    assert.equal(alongGradient.output, 1.6);
    // Three times what ε allows.
    assert.equal(alongGradient.largest, 0.6);
  });

  it('gains ε‖w‖₁ along the sign, and more than along the weights where values may change as much', () => {
    const { alongSign, asFarAlongSign } = usualExample;
    assert.deepEqual(alongSign.change, [0.2, 0.2, -0.2, 0.2, 0.2, 0.2]);
    assert.deepEqual([alongSign.output, alongSign.largest], [-1.6, 0.2]);
    assert.deepEqual([asFarAlongSign.output, asFarAlongSign.largest], [3.2, 0.6]);
  });

  it('gains more with every dimension, while no value changes by more', () => {
    const gains = [1, 10, 100].map((n) => {
      const { alongSign } = linearExample(new Array(n).fill(-0.5), new Array(n).fill(0), 0.1);
      return [alongSign.output, alongSign.largest];
    });
    assert.deepEqual(gains, [
      [0.05, 0.1],
      [0.5, 0.1],
      [5, 0.1],
    ]);
  });
});
