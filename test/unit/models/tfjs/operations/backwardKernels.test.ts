import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { startTensorFlow } from '../../../../../src/models/tfjs/backend.ts';
import { throughMaxPool, throughRelu } from '../../../../../src/models/tfjs/operations/backwardKernels.ts';

const image = (rows: number[][]) => tf.tensor4d(rows.flat(), [1, rows.length, rows[0]?.length ?? 0, 1]);

function rowsOf(tensor: tf.Tensor): number[][] {
  const [, height, width] = tensor.shape as [number, number, number];
  const data = [...tensor.dataSync()];
  return Array.from({ length: height }, (_, row) => data.slice(row * width, (row + 1) * width));
}

describe('kernels of the backward pass', () => {
  before(async () => {
    await startTensorFlow();
  });

  const maxPoolGradient = (x: number[][], dy: number[][], size: number, stride: number, pad: 'same' | 'valid') => {
    const input = image(x);
    const output = tf.maxPool(input, size, stride, pad);
    return rowsOf(throughMaxPool(image(dy), input, output, [size, size], [stride, stride], pad));
  };

  it('max pooling: gives the gradient of a window to the first of equal maxima', () => {
    const x = [
      [1, 1, 0, 2],
      [1, 1, 2, 2],
    ];
    assert.deepEqual(maxPoolGradient(x, [[5, 7]], 2, 2, 'valid'), [
      [5, 0, 0, 7],
      [0, 0, 0, 0],
    ]);
  });

  it('max pooling: takes values below zero, and none of the padding', () => {
    const x = [
      [-5, -4, -3],
      [-2, -9, -8],
      [-7, -6, -1],
    ];
    const dy = [
      [1, 2],
      [3, 4],
    ];
    assert.deepEqual(maxPoolGradient(x, dy, 2, 2, 'same'), [
      [0, 0, 2],
      [1, 0, 0],
      [0, 3, 4],
    ]);
  });

  it('max pooling: adds up where windows overlap', () => {
    const x = [
      [0, 0, 0, 0],
      [0, 9, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 3],
    ];
    assert.deepEqual(
      maxPoolGradient(
        x,
        [
          [1, 2, 4],
          [8, 16, 32],
          [64, 128, 256],
        ],
        2,
        1,
        'valid',
      ),
      [
        [0, 0, 4, 0],
        [0, 27, 0, 0],
        [64, 0, 32 + 128, 0],
        [0, 0, 0, 256],
      ],
    );
  });

  for (const [name, limit] of [
    ['relu', Number.POSITIVE_INFINITY],
    ['relu6', 6],
  ] as const) {
    it(`${name}: lets the gradient through between its ends, and nowhere else`, () => {
      const x = tf.tensor1d([-3, -1e-30, 0, 1e-3, 2, 5.999999, 6, 7, 1e30]);
      const output = limit === 6 ? tf.relu6(x) : tf.relu(x);
      const dy = tf.tensor1d([1, 2, 3, 4, -5, 6, 7, 8, 9]);
      const expected = [0, 0, 0, 4, -5, 6, ...(limit === 6 ? [0, 0, 0] : [7, 8, 9])];
      const found = [...throughRelu(dy, output, limit).dataSync()].map((value) => value + 0);
      assert.deepEqual(found, expected);
    });
  }
});
