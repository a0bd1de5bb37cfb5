import type { ShownExample } from '../../src/page/protocol.ts';
import type { Translate } from '../l10n.ts';
import { type Difference, type DifferenceKind, drawDifference, subtract } from '../logic/amplify.ts';
import { explainMissing } from '../logic/describe.ts';
import type { ImageStore, Raster } from './imageStore.ts';

/** Why there is no picture, as a message for the user. */
export interface Absence {
  readonly reason: string;
}

/** The images of one example, or why one is missing. */
export interface Pair {
  readonly original: Raster | Absence;
  /** What is shown instead of the adversarial image if it is an intermediate point of the attack. */
  readonly step?: { readonly title: string; readonly answer: string };
  readonly adversarial: Raster | Absence;
  readonly difference: Difference | Absence;
}

export function isAbsent<T extends object>(value: T | Absence): value is Absence {
  return 'reason' in value;
}

/** Loads both images of an example and takes their difference. Never rejects. */
export async function loadPair(t: Translate, store: ImageStore, example: ShownExample): Promise<Pair> {
  const load = (path: string) =>
    store.load(path).catch(({ message }: Error): Absence => ({ reason: t('Cannot load {0}: {1}', path, message) }));
  const { originalImage, adversarialImage } = example;
  const [original, adversarial] = await Promise.all([
    load(originalImage),
    adversarialImage === null ? { reason: explainMissing(t, example) } : load(adversarialImage),
  ]);
  return { original, adversarial, difference: compare(t, original, adversarial) };
}

/** The pair with an intermediate point instead of the adversarial image. */
export function withStep(t: Translate, pair: Pair, image: Raster, step: Pair['step']): Pair {
  return { ...pair, adversarial: image, difference: compare(t, pair.original, image), step };
}

function compare(t: Translate, original: Raster | Absence, adversarial: Raster | Absence): Difference | Absence {
  if (isAbsent(original)) return original;
  if (isAbsent(adversarial)) return adversarial;
  if (original.width === adversarial.width && original.height === adversarial.height) {
    return subtract(original, adversarial);
  }
  return { reason: t('The two images differ in size, so no difference can be shown.') };
}

/** A difference in a form that a canvas can draw. */
export function paintDifference(difference: Difference, gain: number, kind: DifferenceKind): OffscreenCanvas {
  const { width, height } = difference;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.putImageData(new ImageData(drawDifference(difference, gain, kind), width, height), 0, 0);
  return canvas;
}
