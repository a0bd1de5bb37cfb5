import * as tf from '@tensorflow/tfjs-core';
import { Random } from './random.ts';
import { type Drawing, IMAGE_SIZE, renderSign } from './renderSign.ts';

/** Separate families of seeds, so that no held-out rendering repeats a training one. */
export const SPLITS = { training: 1, heldOut: 2 } as const;

/** Labelled images; image `i` shows class `labels[i]`. */
export interface Renderings {
  images: Uint8Array[];
  labels: number[];
}

/** Renders `perClass` images of each drawing, one class after the other. */
export function renderAll(
  drawings: readonly Drawing[],
  perClass: number,
  split: keyof typeof SPLITS,
  seed: number,
): Renderings {
  const images: Uint8Array[] = [];
  const labels: number[] = [];
  for (const [label, drawing] of drawings.entries()) {
    for (let number = 0; number < perClass; number++) {
      images.push(renderSign(drawing, new Random(seed, SPLITS[split], label, number)));
      labels.push(label);
    }
  }
  return { images, labels };
}

/** Puts the chosen images into one tensor, scaled as the model expects: `(pixel / 255 - 0.5) / 0.5`. */
export function toInput(images: readonly Uint8Array[], chosen: readonly number[]): tf.Tensor4D {
  const pixelsPerImage = IMAGE_SIZE * IMAGE_SIZE * 3;
  const values = new Float32Array(chosen.length * pixelsPerImage);
  for (const [place, index] of chosen.entries()) {
    const scaled = Float32Array.from(images[index] as Uint8Array, (pixel) => (pixel / 255 - 0.5) / 0.5);
    values.set(scaled, place * pixelsPerImage);
  }
  return tf.tensor4d(values, [chosen.length, IMAGE_SIZE, IMAGE_SIZE, 3]);
}
