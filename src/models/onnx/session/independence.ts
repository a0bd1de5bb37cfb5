import type { ImageShape } from '../../../data/image.ts';
import { probeImages } from '../../probeImages.ts';
import type { Value } from '../graph/graph.ts';
import { busy } from './batchSize.ts';
import { imageTensor } from './imageTensor.ts';
import type { Sessions } from './sessions.ts';

/** Relative to the largest score: larger differences are not rounding errors. */
const tolerance = 1e-3;

/** Bytes of weights beyond which making a session alone takes so long that a model counts as slow. */
const heavy = 64e6;

/** A model that is run on batches. */
export interface Batched {
  readonly sessions: Sessions;
  readonly input: ImageShape;
  readonly inLevels: boolean;
  readonly classes: number;
  /** Bytes of its weights. */
  readonly weights: number;
}

/**
 * Runs a batch of different images, and each of them alone: in a batch of one, or else in a batch of copies.
 * @param alone the smallest possible batch.
 * @returns why images cannot run together, if so; a slow model is not tried at larger batches, since it will not run at
 * them either.
 */
export async function influenceIn(
  { sessions, input, inLevels, classes, weights }: Batched,
  batch: number,
  alone: number,
): Promise<string | undefined> {
  if (alone < batch && weights > heavy) return undefined;
  const images = probeImages(input, batch);
  const scoresOf = async (shown: typeof images, size: number) => {
    const { session, model } = await sessions.forward(size);
    const [{ name: feed }] = model.graph.inputs as [Value];
    const [{ name }] = model.graph.outputs as [Value];
    const results = await session.run({ [feed]: imageTensor(shown, input, size, inLevels) });
    return (results[name]?.data ?? new Float32Array()) as Float32Array;
  };
  const start = performance.now();
  const expected: Float32Array[] = [];
  for (const image of images) {
    expected.push((await scoresOf([image], alone)).slice(0, classes));
    if (alone < batch && performance.now() - start > busy * expected.length + busy) return undefined;
  }
  const together = await scoresOf(images, batch).catch(() => undefined);
  if (together === undefined) return 'it does not run on several images at a time';
  if (together.length !== batch * classes) return 'it does not give scores for each image of a batch';
  const isSame = expected.every((row, i) => isClose(together.subarray(i * classes, (i + 1) * classes), row));
  return isSame ? undefined : 'images of a batch influence one another';
}

function isClose(actual: Float32Array, expected: Float32Array): boolean {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
  return expected.every((value, i) => {
    const found = actual[i] as number;
    return Object.is(found, value) || Math.abs(found - value) <= tolerance * largest;
  });
}
