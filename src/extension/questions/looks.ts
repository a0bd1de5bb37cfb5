import * as vscode from 'vscode';
import type { PreprocessingCheck } from '../../evaluation/checkPreprocessing.ts';
import type { FirstLook, LookRequest } from '../../evaluation/firstLook.ts';
import { resolveDataset, resolveModel } from '../../settings/resolveSources.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import { UserError } from '../../userError.ts';
import type { Engine } from '../engine.ts';
import { type Answer, back, type Place } from './form.ts';
import type { Images } from './images.ts';
import { repairLabels } from './labels.ts';
import type { Named } from './model.ts';
import type { Preprocessed } from './preprocessing.ts';

const { l10n } = vscode;

/** What the engine finds out about a model and images while the user chooses. */
export class Looks implements vscode.Disposable {
  readonly #engine: Engine;
  readonly #layer: SettingsLayer;
  readonly #abort = new AbortController();
  #latest: Promise<FirstLook | undefined> = Promise.resolve(undefined);

  constructor(engine: Engine, layer: SettingsLayer) {
    this.#engine = engine;
    this.#layer = layer;
  }

  /** Of the model and images that were chosen last; `undefined` where there is nothing to see. */
  get latest(): Promise<FirstLook | undefined> {
    return this.#latest.catch(() => undefined);
  }

  dispose(): void {
    this.#abort.abort(new Error('cancelled'));
  }

  /** Looks at a model and images; what comes of it is in `latest`. */
  begin(model: Named, images: Images): void {
    this.#latest = this.#look(model, images);
    // Whoever waits for it hears of its errors.
    this.#latest.catch(() => {});
  }

  /**
   * Sees to it that the labels of images are classes of the model, by asking the user where they are not.
   * @param title of the model, where the user waits for it to be opened.
   */
  async repair(model: Named, images: Images, place: Place, title?: string): Promise<Answer<Images>> {
    if (images.name === undefined) return images;
    try {
      const look = await this.#waitFor(this.#latest, title);
      if (look === undefined || look.unknown.length === 0) return images;
      const entry = this.#entry('perturb.datasets', images);
      const { dataset } = this.#request(model, images);
      const repair = await repairLabels(look, {
        folder: dataset.path,
        again: async () => (await this.#look(model, images)) ?? look,
        place,
      });
      if (repair === undefined || repair === back) return repair;
      const repaired = { name: images.name, entry: { [images.name]: { ...entry, labels: repair } } };
      this.begin(model, repaired);
      return repaired;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      void vscode.window.showErrorMessage(error.message);
      return back;
    }
  }

  /** Measures how a model does with the usual preprocessing; `undefined` where that cannot be measured. */
  check(model: Named, images: Images): { readonly result: Promise<PreprocessingCheck | undefined>; stop(): void } {
    const abort = new AbortController();
    const stop = () => abort.abort(new Error('cancelled'));
    if (images.name === undefined) return { result: Promise.resolve(undefined), stop };
    const result = this.latest.then((look) =>
      look?.clean === undefined
        ? undefined
        : this.#engine
            .call('checkPreprocessing', this.#request(model, images), { signal: abort.signal })
            .catch(() => undefined),
    );
    return { result, stop };
  }

  /** A model with other preprocessing. */
  preprocessed(model: Named, { preprocessing }: Preprocessed): Named {
    if (preprocessing === undefined) return model;
    return {
      name: model.name,
      entry: { [model.name]: { ...this.#entry('perturb.models', model), preprocessing } },
    };
  }

  async #look(model: Named, images: Images): Promise<FirstLook | undefined> {
    // In Restricted Mode no model is loaded.
    if (images.name === undefined || !vscode.workspace.isTrusted) return undefined;
    return this.#engine.call('firstLook', this.#request(model, images), { signal: this.#abort.signal });
  }

  #waitFor<T>(result: Promise<T>, title: string | undefined): Promise<T> {
    if (title === undefined) return result;
    const options = { location: vscode.ProgressLocation.Window, title: l10n.t('Opening {0}', title) };
    return Promise.resolve(vscode.window.withProgress(options, () => result));
  }

  /** @throws UserError when the settings have a mistake in one of them. */
  #request(model: Named, images: Images): LookRequest {
    const name = images.name ?? '';
    const found = resolveModel(model.name, this.#entry('perturb.models', model), this.#layer);
    const files = resolveDataset(name, this.#entry('perturb.datasets', images), this.#layer);
    const faults = [...('faults' in found ? found.faults : []), ...('faults' in files ? files.faults : [])];
    if ('source' in found && 'source' in files) return { model: found.source, dataset: files.source, seed: 0 };
    throw new UserError(faults.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  }

  #entry(setting: 'perturb.models' | 'perturb.datasets', { name = '', entry }: Images): object | undefined {
    return (entry as Record<string, object>)[name] ?? (this.#layer.values[setting][name] as object | undefined);
  }
}
