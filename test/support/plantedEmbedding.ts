import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writePng } from '../../src/data/writeImage.ts';
import { writeModel } from '../../src/models/onnx/graph/writeModel.ts';
import type { ModelSource } from '../../src/models/source.ts';
import { makeModel } from './onnx/makeModel.ts';
import type { TemporaryFolder } from './temporaryFolder.ts';

/** The images of a planted embedding. */
export const fourPixels = { height: 2, width: 2, channels: 1 } as const;

/** A model of 2 × 2 gray pixels whose embedding is these pixels, so that similarities can be worked out by hand. */
export const pixelsAsEmbedding = makeModel({
  input: { dims: ['batch', 1, 2, 2] },
  nodes: [{ operator: 'Flatten', inputs: ['image'], outputs: ['embedding'] }],
});

/** Writes images of four pixels in [0, 1], by their names without ending. */
export async function writeImages(
  folder: TemporaryFolder,
  images: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  for (const [name, pixels] of Object.entries(images)) {
    const file = folder.at(`${name}.png`);
    await mkdir(path.dirname(file), { recursive: true });
    await writePng(file, Float32Array.from(pixels), fourPixels);
  }
}

/** A model with enrolled images of these pixels: "ann/1": [1, 0, 0, 0]. */
export async function plantVerifier(
  folder: TemporaryFolder,
  enrolled: Readonly<Record<string, readonly number[]>>,
  threshold = 0.5,
): Promise<ModelSource> {
  await writeImages(
    folder,
    Object.fromEntries(Object.entries(enrolled).map(([name, all]) => [`enrolled/${name}`, all])),
  );
  return {
    name: 'planted',
    path: await folder.write('model.onnx', writeModel(pixelsAsEmbedding)),
    enrolled: { path: folder.at('enrolled'), threshold },
  };
}
