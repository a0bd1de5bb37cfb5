import { stat } from 'node:fs/promises';
import { readLabels } from '../data/labels.ts';
import { UserError } from '../userError.ts';
import type { Classifier } from './classifier.ts';
import type { ModelSource } from './source.ts';
import { openLayersModel } from './tfjs/layersClassifier.ts';

/** A model that was opened. */
export interface OpenedModel {
  readonly classifier: Classifier & { dispose(): void };
  /** SHA-256 of the model's files, in the order of `files`. */
  readonly sha256: string;
  readonly files: readonly string[];
}

/**
 * Opens the model at a path as a classifier; the format follows from the file.
 * @throws UserError when it does not exist, is damaged, or has a format that is not supported.
 */
export async function openModel({ path, labels, preprocessing }: ModelSource): Promise<OpenedModel> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    throw new UserError(`${path}: there is no such model. Check "path" of this model in the settings.`);
  const classes = labels === undefined ? undefined : await readLabels(labels);
  if (found.isFile() && path.endsWith('.json')) {
    return openLayersModel(path, preprocessing, classes).catch((error: unknown) => {
      // What is wrong with a network is found where its file is no longer known.
      const isNameless = error instanceof UserError && !error.message.includes(path);
      throw isNameless ? new UserError(`${path}: ${error.message}`, { cause: error }) : error;
    });
  }
  throw new UserError(`${path}: this format is not supported. Perturb opens TensorFlow.js layers models (model.json).`);
}
