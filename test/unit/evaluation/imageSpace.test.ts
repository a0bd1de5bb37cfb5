import assert from 'node:assert/strict';
import { type ImageSpaceRequest, mapImageSpace } from '../../../src/evaluation/imageSpace.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import { assertCloseTo } from '../../support/closeTo.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';

const shape = { height: 2, width: 2, channels: 1 } as const;
const flat = (value: number) => new Float32Array(4).fill(value);

/** Two classes that the sum of the pixels tells apart, around gray. */
const bySum = linearClassifier(
  [
    [-4, -4, -4, -4],
    [4, 4, 4, 4],
  ],
  [8, -8],
  shape,
);

describe('A map of the space of images', () => {
  const map = (request: Partial<ImageSpaceRequest>, signal = new AbortController().signal) =>
    mapImageSpace(
      { victim: victimOf(bySum), images: [{ pixels: flat(0) }, { pixels: flat(1) }], seed: 0, ...request },
      { signal },
    );

  it('counts the noise that the model is sure of', async () => {
    const zero = [0, 0, 0, 0];
    const constant = (bias: number) => victimOf(linearClassifier([zero, zero], [0, bias], shape));
    // Probabilities of 0.88 and 0.95.
    assert.deepEqual((await map({ victim: constant(2) })).noise.byClass, [0, 0]);
    const { noise } = await map({ victim: constant(3) });
    assert.deepEqual([noise.images, noise.sure, noise.byClass], [1000, 1000, [0, 1000]]);
  });

  it('measures how far images are from the nearest real one', async () => {
    const { rows, real } = await map({
      images: [
        { pixels: flat(0), label: 0 },
        { pixels: flat(0.75), label: 1 },
      ],
      drawn: [flat(0.25), flat(0.5)],
    });
    assert.deepEqual(real, { images: 2, distance: 0.75 });
    for (const { drawn } of rows) assertCloseTo([drawn?.distance ?? Number.NaN], [0.25], 1e-9);
    assert.deepEqual(
      rows.map(({ drawn }) => drawn?.decision),
      [0, 0],
    );
  });

  it('forges an image for each class that has a real one', async () => {
    const { rows } = await map({});
    assert.deepEqual(
      rows.map(({ label, forged, real }) => [label, forged.decision, real[0]]),
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
    );
    assert.deepEqual(
      (await map({ images: [{ pixels: flat(0), label: 1 }] })).rows.map(({ label }) => label),
      [1],
    );
  });

  it('is the same for the same seed, and whatever the batch is', async () => {
    const other = { ...bySum, batchSize: 7 };
    assert.deepEqual(await map({ victim: victimOf(other) }), await map({}));
    assert.notDeepEqual((await map({ seed: 1 })).rows, (await map({})).rows);
  });

  it('needs gradients and real images', async () => {
    await rejectsWith(
      map({ victim: { ...victimOf(bySum), access: 'scores', obstacle: 'It is remote.' } }),
      'It is remote.',
    );
    await rejectsWith(map({ images: [] }), 'There are no real images to compare with.');
  });

  it('is cancelled by its signal', async () => {
    const reason = new Error('cancelled');
    await assert.rejects(map({}, AbortSignal.abort(reason)), reason);
  });
});
