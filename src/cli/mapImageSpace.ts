import path from 'node:path';
import { sureAt } from '../evaluation/imageSpace.ts';
import type { MappedSpace } from '../jobs/mapImageSpace.ts';
import { slug } from '../reports/fileNames.ts';
import { formatPercent } from '../reports/format.ts';
import { makeIgnoredFolder } from '../reports/runFolder.ts';
import { findDataset, findGenerator, findModel } from '../settings/findSource.ts';
import { readWorkspace } from '../settings/readSettings.ts';
import { UserError } from '../userError.ts';
import { startEngine } from './engine.ts';
import { printable } from './printable.ts';
import { ProgressBar } from './progressBar.ts';

/** What to map; `seed` draws the noise and the images. */
export interface MapOptions {
  readonly model: string;
  readonly dataset: string;
  readonly generator?: string;
  readonly seed: number;
  readonly output?: string;
  readonly json?: boolean;
}

/**
 * Maps the space of images for a model, and prints its figures and where the map is.
 * @throws UserError when the model, the dataset or the generator cannot be used, or when the map was interrupted.
 */
export async function mapImageSpace(target: string, options: MapOptions): Promise<void> {
  const { model: name, dataset: datasetName, generator: generatorName, seed, output, json } = options;
  const workspace = await readWorkspace(target);
  const model = findModel(workspace, name);
  const dataset = findDataset(workspace, datasetName).source;
  const generator = generatorName === undefined ? undefined : findGenerator(workspace, generatorName).source;
  const home = model.definition.layer.folder;
  const folder = output ? path.resolve(output) : await makeIgnoredFolder(home, 'image-space', slug(name));
  const bar = new ProgressBar();
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new UserError('Interrupted before any result was available.')));
  const engine = startEngine();
  try {
    const drawing = generator && { name: generator.name, path: generator.path };
    const request = { model: model.source, dataset, seed, folder, ...(drawing && { generator: drawing }) };
    const mapped = await engine.call('mapImageSpace', request, {
      onProgress: (progress) => bar.show({ test: `image space of ${name}`, phase: 'attacking', ...progress }),
      signal: interrupt.signal,
    });
    bar.clear();
    console.log(json ? JSON.stringify(mapped, null, 2) : printable(summarize(mapped)));
  } finally {
    bar.clear();
    engine.dispose();
  }
}

function summarize({ page, noise, classes }: MappedSpace): string {
  const forged = classes.filter(({ label, forged: { prediction } }) => prediction === label).length;
  return [
    `${noise.sure} of ${noise.images} images of white noise (${formatPercent(noise.sure / noise.images)}) are taken for a class with more than ${formatPercent(sureAt)} confidence.`,
    `${forged} of ${classes.length} classes were forged from white noise.`,
    `Map: ${path.relative('', page)}`,
  ].join('\n');
}
