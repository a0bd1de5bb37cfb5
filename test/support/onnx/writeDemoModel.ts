import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeModel } from '../../../src/models/onnx/graph/writeModel.ts';
import { startTensorFlow } from '../../../src/models/tfjs/backend.ts';
import { lowerToOnnx } from '../../../src/models/tfjs/lowering/lowerToOnnx.ts';
import { readLayersModel } from '../../../src/models/tfjs/readLayersModel.ts';
import { demoFolder } from '../demoWorkspace.ts';

/** Writes the demo's model as an ONNX file, with its class names and its normalization in the metadata. */
export async function writeDemoModel(file: string): Promise<void> {
  const folder = path.join(demoFolder, 'models', 'signs');
  await startTensorFlow();
  const { model } = await readLayersModel(path.join(folder, 'model.json'));
  const lowered = lowerToOnnx(model).model;
  const labels = (await readFile(path.join(folder, 'labels.txt'), 'utf8')).trim().split('\n');
  const metadata = new Map([
    ['names', JSON.stringify(labels)],
    ['mean', '0.5'],
    ['std', '0.5'],
  ]);
  await writeFile(file, writeModel({ ...lowered, metadata }));
  model.dispose();
}
