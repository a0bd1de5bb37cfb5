import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDifferentiable } from '../../../../src/models/classifier.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { openLayersModel } from '../../../../src/models/tfjs/openLayersModel.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

/** A model of Keras, with what Keras answers to the image, and what is to be said of it. */
interface KerasModel {
  readonly topology: object;
  readonly weights: readonly object[];
  /** Base64. */
  readonly data: string;
  readonly answer: readonly number[];
  readonly note: string;
  readonly refused: string;
}

const file = path.join(import.meta.dirname, '../../../fixtures/keras/models.json');
const { image, models } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly image: readonly number[];
  readonly models: Readonly<Record<string, KerasModel>>;
};
const shown = Float32Array.from(image, (level) => level / 255);

describe('Models of Keras', () => {
  const folder = temporaryFolder();
  before(async () => {
    await startTensorFlow();
  });

  async function write({ topology, weights, data }: KerasModel): Promise<string> {
    await mkdir(folder.at('keras'), { recursive: true });
    const weightsManifest = [{ paths: ['weights.bin'], weights }];
    await writeFile(folder.at('keras', 'weights.bin'), Buffer.from(data, 'base64'));
    const model = folder.at('keras', 'model.json');
    await writeFile(model, JSON.stringify({ format: 'layers-model', modelTopology: topology, weightsManifest }));
    return model;
  }

  for (const [name, model] of Object.entries(models)) {
    if (model.refused !== '') {
      it(`are refused where TensorFlow.js has nothing for a layer: ${name}`, async () =>
        rejectsWith(openLayersModel(await write(model)), model.refused, 'Convert the model to ONNX'));
      continue;
    }
    for (const runtime of ['auto', 'tensorflow']) {
      it(`answer as in Keras, with the runtime "${runtime}": ${name}`, async () => {
        const { classifier, notes } = await openLayersModel(await write(model), { runtime });
        const [found = []] = await classifier.logits([shown]);
        for (const [k, value] of model.answer.entries()) {
          assert.ok(Math.abs((found[k] as number) - value) < 1e-4, `${found} is not ${model.answer}`);
        }
        const isOnAnother = model.note.startsWith('on ');
        if (model.note === '') assert.deepEqual(notes, []);
        else if (!isOnAnother || runtime === 'auto')
          assert.ok(notes.join().includes(model.note), `the notes are ${JSON.stringify(notes)}`);
        // TensorFlow.js has no gradient of some kernels.
        if (runtime === 'auto') assert.ok(isDifferentiable(classifier), classifier.obstacle);
      });
    }
  }
});
