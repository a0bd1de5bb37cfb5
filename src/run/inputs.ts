import path from 'node:path';
import { generatorOf, type TestPlan } from '../evaluation/plan.ts';

/** A file that the result of a test follows from, or a folder with all below it. */
export interface Input {
  /** Absolute. */
  readonly path: string;
  /** Whether the files beside it count as well, such as the weights of a model. */
  readonly isWithOthers: boolean;
}

/** What a test reads, as people call it. Models on servers are none of it: nobody tells when they change. */
export function inputsOf({
  model,
  surrogates,
  siblings,
  dataset,
  detector,
  purifier,
  attacks,
}: Omit<TestPlan, 'origin'>): Readonly<Record<'model' | 'images' | 'defense', readonly Input[]>> {
  const models = [model, ...(surrogates ?? []), ...(siblings ?? [])];
  const files = models.flatMap(({ endpoint, path: file }) => (endpoint === undefined ? modelAt(file) : []));
  const { labels } = dataset ?? {};
  const table = typeof labels === 'object' && 'csv' in labels ? labels.csv : undefined;
  return {
    model: [...files, ...themselves(models.flatMap(({ labels: names, enrolled }) => [names, enrolled?.path]))],
    images: themselves([dataset?.path, table]),
    defense: themselves([detector?.path, purifier?.path, generatorOf({ attacks })]),
  };
}

function modelAt(file: string): Input {
  // TensorFlow keeps weights in a folder beside the file.
  const isPart = path.basename(file) === 'saved_model.pb';
  return isPart ? { path: path.dirname(file), isWithOthers: false } : { path: file, isWithOthers: true };
}

function themselves(paths: readonly (string | undefined)[]): Input[] {
  return paths.flatMap((place) => (place === undefined ? [] : [{ path: place, isWithOthers: false }]));
}
