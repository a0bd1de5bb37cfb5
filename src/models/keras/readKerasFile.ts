import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkFileSize, mostOfFile } from '../../data/memory.ts';
import { UserError } from '../../userError.ts';
import type { LayersArtifacts, NamedWeight } from '../tfjs/readLayersModel.ts';
import { ZipArchive } from '../zipArchive.ts';
import { type Hdf5, readHdf5 } from './hdf5.ts';
import { type LayerJson, layersOf, storedWeights } from './storedWeights.ts';

/** Bytes of a model's configuration; that of a network with a thousand layers has about 1 MB. */
const largestConfig = 2 ** 26;
const weightsFile = 'model.weights.h5';

/**
 * Reads a Keras model (.keras): a zip archive with its layers as JSON, and its weights as HDF5.
 * @throws UserError when it is damaged, or its weights take more memory than one file may.
 */
export async function readKerasArchive(file: string): Promise<LayersArtifacts> {
  const archive = await ZipArchive.open(file);
  try {
    const config = jsonIn(file, (await archive.read('config.json', largestConfig)).toString('utf8'));
    const metadata = archive.has('metadata.json')
      ? jsonIn(file, (await archive.read('metadata.json', largestConfig)).toString('utf8'))
      : {};
    const folder = await mkdtemp(path.join(tmpdir(), 'perturb-keras-'));
    try {
      const at = path.join(folder, 'weights.h5');
      checkFileSize(`${file}: its weights take`, archive.lengthOf(weightsFile));
      await writeFile(at, await archive.read(weightsFile, mostOfFile()));
      const weights = await readHdf5(file, at, (content) => storedWeights(content, layersOf(config)));
      return { modelTopology: topologyOf(config, metadata.keras_version), weights };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } finally {
    archive.close();
  }
}

/**
 * Reads a Keras model in the older format (.h5): one HDF5 file with layers and weights.
 * @throws UserError when it is damaged, or has weights only.
 */
export async function readKerasHdf5(file: string): Promise<LayersArtifacts> {
  return readHdf5(file, file, (content) => {
    const text = content.text('', 'model_config');
    if (text === undefined) {
      throw new UserError(
        `${file}: this file has weights, but no layers. Save the whole model: model.save("model.keras").`,
      );
    }
    const version = content.text('model_weights', 'keras_version') ?? content.text('', 'keras_version');
    return { modelTopology: topologyOf(jsonIn(file, text), version), weights: groupedWeights(content) };
  });
}

/** The weights of each layer, which its group lists. */
function groupedWeights(content: Hdf5): NamedWeight[] {
  const root = 'model_weights';
  return content.texts(root, 'layer_names').flatMap((layer) =>
    content.texts(`${root}/${layer}`, 'weight_names').flatMap((name) => {
      const weight = content.weight(`${root}/${layer}/${name}`);
      return weight ? [{ name: name.replace(/:0$/, ''), ...weight }] : [];
    }),
  );
}

function topologyOf(config: LayerJson, version: unknown): object {
  return { keras_version: typeof version === 'string' ? version : '', model_config: config };
}

function jsonIn(file: string, text: string): LayerJson & { readonly keras_version?: unknown } {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json as LayerJson;
  } catch {
    // Said below.
  }
  throw new UserError(`${file}: the list of its layers is damaged. Save or copy the model again.`);
}
