import { stat } from 'node:fs/promises';
import { openModel } from '../models/open.ts';
import type { OpenedModel } from '../models/openedModel.ts';
import type { ModelOptions } from '../models/options.ts';
import type { ModelSource } from '../models/source.ts';

interface Entry {
  readonly key: string;
  readonly model: OpenedModel;
  readonly stamp: string;
}

/** Keeps the model that was opened last, for as long as its files are what they were. */
export class ModelCache {
  /** How its models are computed with. */
  readonly computing: ModelOptions;
  #entry: Entry | undefined;

  constructor(computing: ModelOptions = {}) {
    this.computing = computing;
  }

  /** The model, opened anew where its settings, or the size or time of one of its files, have changed. */
  async open(source: ModelSource): Promise<OpenedModel> {
    const key = JSON.stringify(source);
    if (this.#entry?.key === key && this.#entry.stamp === (await stampOf(source, this.#entry.model))) {
      return this.#entry.model;
    }
    this.#entry?.model.classifier.dispose();
    this.#entry = undefined;
    const model = await openModel(source, this.computing);
    this.#entry = { key, model, stamp: await stampOf(source, model) };
    return model;
  }
}

async function stampOf(source: ModelSource, model: OpenedModel): Promise<string> {
  const files = source.labels === undefined ? model.files : [...model.files, source.labels];
  const stats = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  return JSON.stringify(stats.map((found) => [found?.mtimeMs, found?.size]));
}
