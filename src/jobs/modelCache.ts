import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { openModel } from '../models/open.ts';
import type { OpenedModel } from '../models/openedModel.ts';
import type { ModelOptions } from '../models/options.ts';
import { type SecretOf, secretInEnvironment } from '../models/remote/secret.ts';
import type { ModelSource } from '../models/source.ts';

interface Entry {
  readonly key: string;
  readonly model: OpenedModel;
  readonly stamp: string;
}

/** Keeps the model that was opened last, for as long as its files, or its server, are what they were. */
export class ModelCache {
  /** How its models are computed with. */
  readonly computing: ModelOptions;
  readonly #onOpening: (model: string | undefined) => void;
  readonly #secretOf: SecretOf;
  #entry: Entry | undefined;

  /**
   * @param onOpening is told the path of a model before it is opened, and `undefined` afterwards.
   * @param secretOf finds the secrets that endpoints name.
   */
  constructor(
    computing: ModelOptions = {},
    onOpening: (model: string | undefined) => void = () => {},
    secretOf: SecretOf = secretInEnvironment,
  ) {
    this.computing = computing;
    this.#onOpening = onOpening;
    this.#secretOf = secretOf;
  }

  /** The model, reopened if its settings, or the size or time of one of its files, have changed. */
  async open(source: ModelSource): Promise<OpenedModel> {
    const key = JSON.stringify(source);
    if (this.#entry?.key === key && (await isCurrent(source, this.#entry))) return this.#entry.model;
    this.#entry?.model.classifier.dispose();
    this.#entry = undefined;
    const model = await this.#openAnew(source);
    this.#entry = { key, model, stamp: await stampOf(source, model) };
    return model;
  }

  async #openAnew(source: ModelSource): Promise<OpenedModel> {
    this.#onOpening(source.path);
    // A message leaves only when nothing blocks the thread.
    await setImmediate();
    try {
      return await openModel(source, this.computing, this.#secretOf);
    } finally {
      this.#onOpening(undefined);
    }
  }
}

async function isCurrent(source: ModelSource, { model, stamp }: Entry): Promise<boolean> {
  return stamp === (await stampOf(source, model)) && (model.remote === undefined || model.remote.isUnchanged());
}

async function stampOf(source: ModelSource, model: OpenedModel): Promise<string> {
  const files = source.labels === undefined ? model.files : [...model.files, source.labels];
  const stats = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  return JSON.stringify(stats.map((found) => [found?.mtimeMs, found?.size]));
}
