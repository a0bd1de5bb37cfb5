import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { levelOf, valueAt } from '../../src/data/grid.ts';
import type { DatasetSource } from '../../src/data/source.ts';
import { writePng } from '../../src/data/writeImage.ts';
import { Checkpoint } from '../../src/defenses/training/checkpoint.ts';
import { train } from '../../src/defenses/training/trainer.ts';
import type { ModelSource } from '../../src/models/source.ts';
import { startTensorFlow } from '../../src/models/tfjs/backend.ts';
import { registerTrainingGradients } from '../../src/models/tfjs/training/trainingGradients.ts';
import { writeLayersModel } from '../../src/models/tfjs/training/writeLayersModel.ts';
import { toyModel, toySet, toyShape, toyTask } from './trainingToys.ts';

const classes = ['top', 'middle', 'bottom'];

/** Writes a trained toy model and so many images of it into a folder. */
export async function writeToyWorkspace(
  folder: string,
  count = 40,
): Promise<{ readonly model: ModelSource; readonly dataset: DatasetSource }> {
  await startTensorFlow();
  registerTrainingGradients();
  const model = toyModel();
  const checkpoint = new Checkpoint(path.join(folder, 'scratch'), {});
  const parameters = { epsilon: 0.02, epochs: 6 };
  const { network } = await train(toyTask(folder, { checkpoint, parameters }));
  model.setWeights(network.getWeights());
  const file = await writeLayersModel(model, path.join(folder, 'model'));
  const labels = path.join(folder, 'labels.txt');
  await writeFile(labels, `${classes.join('\n')}\n`);
  const set = toySet(count);
  for (const [i, image] of set.images.entries()) {
    const into = path.join(folder, 'images', classes[set.labels[i] as number] as string);
    await mkdir(into, { recursive: true });
    const onGrid = image.map((value) => valueAt(levelOf(value)));
    await writePng(path.join(into, `${i}.png`), onGrid, toyShape);
  }
  return {
    model: { name: 'toy', path: file, labels },
    dataset: { name: 'images', path: path.join(folder, 'images'), labels: 'folders' },
  };
}
