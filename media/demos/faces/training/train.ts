/**
 * Makes the demo's network and images: `npx tsx media/demos/faces/training/train.ts`. Everything is drawn from one seed, so
 * a run on the same machine with the same TensorFlow gives the same files.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tfl from '@tensorflow/tfjs-layers';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { readLayersModel } from '../../../../src/models/tfjs/readLayersModel.ts';
import { registerTrainingGradients } from '../../../../src/models/tfjs/training/trainingGradients.ts';
import { writeLayersModel } from '../../../../src/models/tfjs/training/writeLayersModel.ts';
import { fitNetwork } from '../../../demo/training/fitNetwork.ts';
import { savePicture } from '../../training/photograph.ts';
import { heldOutErrorRate } from './measure.ts';
import { modelCard } from './modelCard.ts';
import { buildEmbedding, CosineSoftmax } from './network.ts';
import { type Group, portraitOf, portraitsOf, SEED } from './people.ts';

const DEMO = path.join(import.meta.dirname, '..');
const NAMES = ['ada', 'ben', 'cleo', 'dan', 'eva', 'finn', 'gina', 'hugo'];
const [ENROLLED_EACH, PROBES_EACH, STRANGERS] = [3, 4, 16];
const [PEOPLE, EACH, EPOCHS] = [200, 25, 12];
const [HELD_OUT_PEOPLE, HELD_OUT_EACH] = [50, 8];

async function save(group: Group, person: number, number: number, folder: string, name: string): Promise<void> {
  await mkdir(path.join(DEMO, folder), { recursive: true });
  await savePicture(await portraitOf(group, person, number), path.join(DEMO, folder, `${name}.png`));
}

/** Writes images of the enrolled people, others of the same people to verify, and strangers. */
async function saveImages(): Promise<void> {
  await rm(path.join(DEMO, 'data'), { recursive: true, force: true });
  for (const [person, name] of NAMES.entries()) {
    for (let number = 0; number < ENROLLED_EACH + PROBES_EACH; number++) {
      const isEnrolled = number < ENROLLED_EACH;
      const place = isEnrolled ? number : number - ENROLLED_EACH;
      await save('enrolled', person, number, `data/${isEnrolled ? 'enrolled' : 'visitors'}/${name}`, `0${place + 1}`);
    }
  }
  for (let person = 0; person < STRANGERS; person++) {
    await save('strangers', person, 0, 'data/visitors/nobody', String(person + 1).padStart(2, '0'));
  }
}

await saveImages();
await startTensorFlow();
registerTrainingGradients();
const training = await portraitsOf('training', PEOPLE, EACH);
const heldOut = await portraitsOf('heldOut', HELD_OUT_PEOPLE, HELD_OUT_EACH);
console.log(`Rendered ${training.images.length} images to train on.`);
const embedding = buildEmbedding(SEED);
const people = new CosineSoftmax(PEOPLE, SEED).apply(embedding.outputs[0] as tfl.SymbolicTensor);
const network = tfl.model({ inputs: embedding.inputs, outputs: people as tfl.SymbolicTensor });
await fitNetwork(network, training, PEOPLE, {
  epochs: EPOCHS,
  batchSize: 60,
  learningRate: 0.006,
  seed: SEED,
  onEpoch: (epoch, loss) => console.log(`Epoch ${epoch + 1} of ${EPOCHS}: loss ${loss.toFixed(4)}.`),
});
const folder = path.join(DEMO, 'models', 'faces');
const file = await writeLayersModel(embedding, folder);
const { model: saved } = await readLayersModel(file);
const card = modelCard({
  parameters: saved.countParams(),
  embedding: embedding.outputs[0]?.shape[1] as number,
  training: { people: PEOPLE, each: EACH, epochs: EPOCHS },
  heldOut: { people: HELD_OUT_PEOPLE, each: HELD_OUT_EACH, enrolled: ENROLLED_EACH },
  error: heldOutErrorRate(saved, heldOut, ENROLLED_EACH),
  seed: SEED,
});
await writeFile(path.join(folder, 'README.md'), card);
