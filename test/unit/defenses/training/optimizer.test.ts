import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { createOptimizer } from '../../../../src/defenses/training/optimizer.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';

describe('optimizers', () => {
  before(async () => {
    await startTensorFlow();
  });

  /** Ten steps down 2 x₁² + x₂² / 2 from (1, −3), by an optimizer. */
  function descend(name: 'adam' | 'sgd'): number[] {
    const x = tf.variable(tf.tensor1d([1, -3]));
    const optimizer = createOptimizer(name, [x]);
    for (let step = 0; step < 10; step++) optimizer.apply([tf.mul(x, [4, 1])], 0.1, step);
    optimizer.dispose();
    return Array.from(x.dataSync());
  }

  const closeTo = (found: number[], expected: number[]) => {
    for (const [i, value] of expected.entries()) assert.ok(Math.abs((found[i] as number) - value) < 1e-5, `${found}`);
  };

  it('Adam is algorithm 1 of its paper', () => {
    const x = [1, -3];
    const [m, v] = [
      [0, 0],
      [0, 0],
    ];
    for (let t = 1; t <= 10; t++) {
      for (const i of [0, 1] as const) {
        const g = (x[i] as number) * (i === 0 ? 4 : 1);
        m[i] = 0.9 * (m[i] as number) + 0.1 * g;
        v[i] = 0.999 * (v[i] as number) + 0.001 * g * g;
        x[i] =
          (x[i] as number) -
          (0.1 * ((m[i] as number) / (1 - 0.9 ** t))) / (Math.sqrt((v[i] as number) / (1 - 0.999 ** t)) + 1e-7);
      }
    }
    closeTo(descend('adam'), x);
  });

  it('gradient descent has a momentum of 0.9', () => {
    const x = [1, -3];
    const velocity = [0, 0];
    for (let t = 1; t <= 10; t++) {
      for (const i of [0, 1] as const) {
        velocity[i] = 0.9 * (velocity[i] as number) + (x[i] as number) * (i === 0 ? 4 : 1);
        x[i] = (x[i] as number) - 0.1 * (velocity[i] as number);
      }
    }
    closeTo(descend('sgd'), x);
  });
});
