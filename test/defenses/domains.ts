import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { SIGN_CLASSES } from '../../media/demo/training/classes.ts';
import { renderAll } from '../../media/demo/training/renderings.ts';
import { IMAGE_SIZE, loadDrawing } from '../../media/demo/training/renderSign.ts';
import { valueAt } from '../../src/data/grid.ts';
import type { ImageShape } from '../../src/data/image.ts';
import type { DatasetSource } from '../../src/data/source.ts';
import { writePng } from '../../src/data/writeImage.ts';
import { noPreprocessing } from '../../src/models/preprocessing.ts';
import type { ModelSource } from '../../src/models/source.ts';
import { type Collection, type CollectionName, imageShape, readCollection } from '../audit/images.ts';
import { keyOf } from './keyOf.ts';
import { trainUndefended } from './undefended.ts';

export const root = path.join(import.meta.dirname, '..', '..');
export const cache = path.join(root, '.cache', 'defenses');

/** What images are for. No image is in two of them, but the undefended model may have learned those of `training`. */
export type Part = 'training' | 'validation' | 'detectors' | 'test';

/** A model and the images that belong to it. */
export interface Domain {
  readonly id: 'fashion' | 'signs' | 'digits';
  readonly title: string;
  /** Budget of the attacks in linf, a level of the 8-bit grid. */
  readonly epsilon: number;
  /** Bound in l2 that robust accuracy under C&W is counted at. */
  readonly l2: number;
  /** Everything that model and images depend on. */
  readonly inputs: object;
  readonly shape: ImageShape;
  /** The undefended model, trained where it is missing. */
  model(): Promise<ModelSource>;
  images(part: Part): Promise<Images>;
}

/** Pixels with the names of their classes. */
export interface Images {
  readonly pixels: readonly Float32Array[];
  readonly classes: readonly string[];
}

/** Where a part begins and ends, in images of the collection's training half, or of the held-out half for `test`. */
type Ranges = Readonly<Record<Part, readonly [from: number, to: number]>>;

const ranges: Ranges = {
  training: [0, 10_000],
  validation: [20_000, 20_500],
  detectors: [21_000, 23_000],
  test: [0, 1000],
};
const undefended = {
  images: 20_000,
  epochs: 6,
  batchSize: 64,
  learningRate: 0.001,
  initializer: 'glorotUniform',
  seed: 1,
} as const;

function collection(id: 'fashion' | 'digits', name: CollectionName, title: string): Domain {
  const inputs = { ranges, undefended };
  return {
    id,
    title,
    epsilon: 26 / 255,
    l2: 1,
    inputs,
    shape: imageShape,
    async model() {
      const folder = path.join(cache, 'undefended', `${id}-${keyOf(undefended)}`);
      const file = path.join(folder, 'model.json');
      if (!existsSync(file))
        await trainUndefended(readCollection(name, 'train', undefended.images), undefended, folder);
      return { name: id, path: file, preprocessing: noPreprocessing };
    },
    async images(part) {
      const [from, to] = ranges[part];
      const { images, labels }: Collection = readCollection(name, part === 'test' ? 't10k' : 'train', to);
      return { pixels: images.slice(from), classes: labels.slice(from).map(String) };
    },
  };
}

/** Which renderings of each class: of the family that the demo was trained on, or of the one held out from it. */
const renderings: Readonly<Record<Part, readonly [family: 'training' | 'heldOut', from: number, to: number]>> = {
  training: ['training', 0, 100],
  validation: ['heldOut', 100, 120],
  detectors: ['heldOut', 20, 60],
  test: ['heldOut', 0, 20],
};

const signs: Domain = {
  id: 'signs',
  title: 'The demo’s signs',
  epsilon: 8 / 255,
  l2: 1,
  inputs: { renderings },
  shape: { height: IMAGE_SIZE, width: IMAGE_SIZE, channels: 3 },
  async model() {
    const folder = path.join(root, 'media', 'demo', 'models', 'signs');
    const preprocessing = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channels: 'rgb' } as const;
    return {
      name: 'signs',
      path: path.join(folder, 'model.json'),
      labels: path.join(folder, 'labels.txt'),
      preprocessing,
    };
  },
  async images(part) {
    const [family, from, to] = renderings[part];
    const drawings = await Promise.all(SIGN_CLASSES.map(loadDrawing));
    const { images, labels } = renderAll(drawings, to, family, 2024);
    const chosen = [...images.keys()].filter((index) => index % to >= from);
    return {
      pixels: chosen.map((index) => Float32Array.from(images[index] as Uint8Array, valueAt)),
      classes: chosen.map((index) => SIGN_CLASSES[labels[index] as number]?.label as string),
    };
  },
};

export const domains = {
  fashion: collection('fashion', 'clothes', 'Fashion-MNIST'),
  signs,
  digits: collection('digits', 'digits', 'MNIST'),
} as const satisfies Record<Domain['id'], Domain>;

/** A part of a domain's images as a dataset: a folder a class, written into the cache where it is missing. */
export async function datasetOf(domain: Domain, part: Part, limit?: number): Promise<DatasetSource> {
  const folder = path.join(cache, 'images', domain.id, part);
  if (!existsSync(folder)) {
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    const { pixels, classes } = await domain.images(part);
    for (const name of new Set(classes)) await mkdir(path.join(partial, name), { recursive: true });
    for (const [i, image] of pixels.entries()) {
      await writePng(
        path.join(partial, classes[i] as string, `${String(i).padStart(5, '0')}.png`),
        image,
        domain.shape,
      );
    }
    // It gets its name when it is whole.
    await rename(partial, folder);
  }
  return { name: `${domain.id} ${part}`, path: folder, labels: 'folders', ...(limit !== undefined && { limit }) };
}
