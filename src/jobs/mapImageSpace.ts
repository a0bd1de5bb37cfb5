import { loadExamples } from '../data/loadExamples.ts';
import type { DatasetSource } from '../data/source.ts';
import { mapImageSpace as map, type Sighting } from '../evaluation/imageSpace.ts';
import type { ModelSource } from '../models/source.ts';
import { writeImageSpace } from '../reports/imageSpace.ts';
import { victimOf } from '../runner/victim.ts';
import type { JobContext } from './job.ts';

/** What to map, and where to. */
export interface MapRequest {
  readonly model: ModelSource;
  readonly dataset: DatasetSource;
  /** A trained generator that draws images, to compare with. */
  readonly generator?: { readonly name: string; readonly path: string };
  readonly seed: number;
  /** The folder that the map is written into. */
  readonly folder: string;
}

/** The figures of a map. */
export interface MappedSpace {
  /** Path of the page. */
  readonly page: string;
  readonly noise: { readonly images: number; readonly sure: number; readonly distance: number };
  readonly real: { readonly images: number; readonly distance?: number };
  readonly classes: readonly {
    readonly label: string;
    readonly forged: MappedImage;
    readonly drawn?: MappedImage;
  }[];
}

/** What an image is taken for, and its distance to the nearest real one (see `Sighting`). */
export interface MappedImage extends Pick<Sighting, 'confidence' | 'distance'> {
  readonly prediction: string;
}

/** How many images were looked at, of `total`. */
export interface MapProgress {
  readonly done: number;
  readonly total: number;
}

/** Distances to more images than these take long, and say the same. */
const mostImages = 200;

/**
 * Maps the space of images for a model, and writes the map as a page with a picture.
 * @throws UserError when that cannot be done; the signal's reason when it aborts.
 */
export async function mapImageSpace(
  { model, dataset, generator, seed, folder }: MapRequest,
  { models, signal, onProgress }: JobContext<MapProgress>,
): Promise<MappedSpace> {
  const { classifier, sha256 } = await models.open(model);
  const { input, classes } = classifier;
  const limit = Math.min(mostImages, dataset.limit ?? mostImages);
  const { images } = await loadExamples(
    { dataset: { ...dataset, limit, sampling: 'even' }, classNames: classes, seed },
    { shape: input, resizing: model.resizing, signal },
    (image) => image,
  );
  // Loaded when it is called for, since it brings what trains.
  const { drawSamples } = await import('../defenses/generators/drawSamples.ts');
  const drawn = generator && (await drawSamples(generator.path, { classifier, sha256 }, seed, models.computing));
  const space = await map(
    { victim: victimOf(classifier), images, drawn, seed },
    { signal, onProgress: (done, total) => onProgress({ done, total }) },
  );
  const names = { model: model.name, dataset: dataset.name, ...(generator && { generator: generator.name }), classes };
  const page = await writeImageSpace(folder, space, names, input);
  const named = ({ decision, confidence, distance }: Sighting): MappedImage => ({
    prediction: classes[decision] as string,
    confidence,
    distance,
  });
  const { images: count, sure, distance } = space.noise;
  return {
    page,
    noise: { images: count, sure, distance },
    real: space.real,
    classes: space.rows.map(({ label, forged, drawn: sample }) => ({
      label: classes[label] as string,
      forged: named(forged),
      ...(sample && { drawn: named(sample) }),
    })),
  };
}
