import assert from 'node:assert/strict';
import { projectedClassifier } from '../../../../src/defenses/purifiers/projectedClassifier.ts';
import type { DifferentiableClassifier } from '../../../../src/models/classifier.ts';
import type { Functional } from '../../../../src/models/functional.ts';

/** σ⁻¹ */
const logit = (value: number) => Math.log(value / (1 - value));

/** Draws two values: of class 0 (σ(z), 0.1), of class 1 (σ(z), 0.9). */
const artist = {
  batchSize: 3,
  async logits(points: readonly Float32Array[]) {
    return points.map(([z = 0, , second = 0]) => Float32Array.of(z, logit(second > 0.5 ? 0.9 : 0.1)));
  },
  async pullback(points: readonly Float32Array[], functionals: readonly (readonly Functional[])[]) {
    const gradients = points.map((_, i) =>
      (functionals[i] ?? []).map((one) =>
        Float32Array.of(one.kind === 'weights' ? (one.weights[0] as number) : NaN, 0, 0),
      ),
    );
    return { logits: await artist.logits(points), values: [], gradients };
  },
} as unknown as DifferentiableClassifier;

/** Answers with what it sees, and has the gradient (1, 2). */
const mirror = {
  input: { height: 1, width: 2, channels: 1 },
  classes: ['low', 'high'],
  engine: 'mirror',
  activations: [],
  batchSize: 4,
  logits: async (images: readonly Float32Array[]) => images.map((image) => image.slice()),
  pullback: async (images: readonly Float32Array[]) => ({
    logits: images.map((image) => image.slice()),
    values: images.map(() => [0]),
    gradients: images.map(() => [Float32Array.of(1, 2)]),
  }),
} as unknown as DifferentiableClassifier;

describe('a model behind a projection', () => {
  const projected = projectedClassifier(artist, mirror, { latent: 1, steps: 300, rate: 0.05, seed: 1 });

  it('sees the nearest sample of any class in place of an image', async () => {
    const images = [Float32Array.of(0.3, 0), Float32Array.of(0.7, 0.8), Float32Array.of(0.5, 0.2)];
    const seen = await projected.logits(images);
    for (const [i, [first, second]] of [
      [0.3, 0.1],
      [0.7, 0.9],
      [0.5, 0.1],
    ].entries()) {
      assert.ok(Math.abs((seen[i]?.[0] as number) - (first as number)) < 0.01, `image ${i}: ${seen[i]}`);
      assert.ok(Math.abs((seen[i]?.[1] as number) - (second as number)) < 1e-5, `image ${i}: ${seen[i]}`);
    }
    // An answer does not depend on the others of its batch.
    assert.deepEqual((await projected.logits([images[1] as Float32Array]))[0], seen[1]);
  });

  it('is the identity to who follows gradients', async () => {
    const { gradients } = await projected.pullback([Float32Array.of(0.3, 0)], [[{ kind: 'margin', label: 0 }]]);
    assert.deepEqual(gradients, [[Float32Array.of(1, 2)]]);
  });
});
