import type { Pixels } from '../../data/image.ts';
import { Adam } from '../../geometry/adam.ts';
import type { Batch, DifferentiableClassifier } from '../../models/classifier.ts';
import type { Functional } from '../../models/functional.ts';
import { latentVector, sampleOf } from '../generators/latent.ts';
import { randomnessOf } from '../training/randomness.ts';

/** How images are projected onto what a generator can draw. */
export interface Projection {
  /** Random numbers that a sample is drawn from; the class follows them, one-hot. */
  readonly latent: number;
  readonly steps: number;
  /** Learning rate of Adam. */
  readonly rate: number;
  readonly seed: number;
}

/**
 * A model that sees of each image only the nearest sample that a generator draws: σ(a(z)) with the z that minimizes ‖σ(a(z)) −
 * x‖², found by descending from one start a class (Samangouei et al. 2018, arXiv:1805.06605, algorithm 1; by Adam, and with
 * classes for restarts). The starts are the same for all images, so an answer does not depend on others.
 *
 * The projection has no gradient. Backward it is taken for the identity, as a projection maps what it gives to itself (BPDA of
 * Athalye, Carlini & Wagner 2018, arXiv:1802.00420, section 4.1), so that attacks on it are adaptive ones.
 */
export function projectedClassifier(
  network: DifferentiableClassifier,
  model: DifferentiableClassifier,
  projection: Projection,
): DifferentiableClassifier {
  const { input, classes, engine, activations, batchSize } = model;
  const project = (images: Batch) => projected(network, images, classes.length, projection);
  return {
    input,
    classes,
    engine,
    activations,
    batchSize,
    logits: async (images) => model.logits(await project(images)),
    read: async (images, names) => model.read(await project(images), names),
    pullback: async (images, functionals) => model.pullback(await project(images), functionals),
  };
}

/** A descent from one start: where it is, and how far its sample is from the image. */
interface Descent {
  readonly image: number;
  readonly point: Float32Array;
  readonly adam: Adam;
  sample: Pixels;
  distance: number;
}

async function projected(
  network: DifferentiableClassifier,
  images: Batch,
  classes: number,
  { latent, steps, rate, seed }: Projection,
): Promise<Pixels[]> {
  const starts = Array.from({ length: classes }, (_, label) =>
    latentVector(latent, label, classes, randomnessOf(seed, 'projection', label)),
  );
  const descents = images.flatMap((_, image) =>
    starts.map((start): Descent => {
      return { image, point: start.slice(), adam: new Adam(latent), sample: start, distance: Infinity };
    }),
  );
  for (let from = 0; from < descents.length; from += network.batchSize) {
    const batch = descents.slice(from, from + network.batchSize);
    for (let step = 0; step < steps; step++) await descend(network, images, batch, latent, rate);
    await look(network, images, batch);
  }
  return images.map((_, image) => {
    const own = descents.slice(image * classes, (image + 1) * classes);
    return own.reduce((best, one) => (one.distance < best.distance ? one : best)).sample;
  });
}

/** What is drawn now, and how far that is from the images. */
async function look(network: DifferentiableClassifier, images: Batch, batch: readonly Descent[]): Promise<void> {
  const rows = await network.logits(batch.map(({ point }) => point));
  for (const [i, one] of batch.entries()) {
    const image = images[one.image] as Pixels;
    one.sample = sampleOf(rows[i] as Float32Array);
    one.distance = one.sample.reduce((sum, value, j) => sum + (value - (image[j] as number)) ** 2, 0);
  }
}

/** A step of each descent: of the gradient 2 (σ − x) σ (1 − σ), pulled back through the network. */
async function descend(
  network: DifferentiableClassifier,
  images: Batch,
  batch: readonly Descent[],
  latent: number,
  rate: number,
): Promise<void> {
  await look(network, images, batch);
  const functionals = batch.map(({ image, sample }): Functional[] => {
    const pixels = images[image] as Pixels;
    const weights = sample.map((value, j) => 2 * (value - (pixels[j] as number)) * value * (1 - value));
    return [{ kind: 'weights', output: 'logits', weights }];
  });
  const { gradients } = await network.pullback(
    batch.map(({ point }) => point),
    functionals,
  );
  for (const [i, { point, adam }] of batch.entries()) {
    const [gradient] = gradients[i] as readonly [Float32Array];
    // The class stays as it is.
    adam.step(point.subarray(0, latent), Float64Array.from(gradient.subarray(0, latent)), rate);
  }
}
