import assert from 'node:assert/strict';
import type { Model } from '../../../../src/models/onnx/graph/graph.ts';
import { type ModelSketch, makeModel, noise } from '../../../support/onnx/makeModel.ts';

export const classes = 4;
export const weights = noise(classes * 3 * 16);

/** A classifier of images of 4 × 4, with what a test wants to be different about it. */
export function classifierOf(change: Partial<ModelSketch> & { readonly tail?: ModelSketch['nodes'] } = {}): Model {
  const { tail = [], ...rest } = change;
  return makeModel({
    input: { dims: ['batch', 3, 4, 4] },
    constants: { w: { dims: [48, classes], values: weights } },
    nodes: [
      { operator: 'Flatten', inputs: ['image'], outputs: ['flat'] },
      { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
      ...tail,
    ],
    ...rest,
  });
}

export const gray = new Float32Array(48).fill(0.5);

/** Σ x over the rows of channels-first weights, for an image of one color. */
export function expectedLogits(color: readonly [number, number, number]): number[] {
  return Array.from({ length: classes }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < 48; i++) sum += (color[Math.floor(i / 16)] as number) * (weights[i * classes + k] as number);
    return sum;
  });
}

export function assertClose(actual: ArrayLike<number> | undefined, expected: readonly number[]): void {
  assert.equal(actual?.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs((actual?.[i] as number) - value) < 1e-4, `${actual?.[i]} at ${i}, where ${value} is right`);
  }
}
