import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { writeError } from '../../../data/fileErrors.ts';
import { replaceFile } from '../../../data/replaceFile.ts';

const weightsFile = 'weights.bin';

/**
 * Writes a layers model as `model.json` and `weights.bin` into a folder, which is created if missing.
 * @returns the path of model.json.
 * @throws UserError when the folder cannot be written.
 */
export async function writeLayersModel(model: LayersModel, folder: string): Promise<string> {
  const file = path.join(folder, 'model.json');
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const manifest = {
        format: 'layers-model',
        generatedBy: `TensorFlow.js v${tf.version_core}`,
        convertedBy: null,
        modelTopology: artifacts.modelTopology,
        weightsManifest: [{ paths: [weightsFile], weights: artifacts.weightSpecs ?? [] }],
      };
      const weights = new Uint8Array(tf.io.CompositeArrayBuffer.join(artifacts.weightData));
      try {
        await mkdir(folder, { recursive: true });
        await replaceFile(path.join(folder, weightsFile), weights);
        await replaceFile(file, `${JSON.stringify(manifest)}\n`);
      } catch (error) {
        throw writeError(folder, error);
      }
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    }),
  );
  return file;
}
