import type { Pixels } from '../../data/image.ts';
import type { Detector } from './detector.ts';

/** The scores of many images, batch by batch. @throws the signal's reason when it aborts. */
export async function scoreAll(
  detector: Detector,
  images: readonly { readonly pixels: Pixels }[],
  { batchSize }: { readonly batchSize: number },
  signal: AbortSignal,
): Promise<number[]> {
  const scores: number[] = [];
  for (let from = 0; from < images.length; from += batchSize) {
    signal.throwIfAborted();
    scores.push(...(await detector.score(images.slice(from, from + batchSize).map(({ pixels }) => pixels))));
  }
  return scores;
}
