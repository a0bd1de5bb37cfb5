/**
 * Makes the demo's classifier and pictures: `npx tsx media/demos/filter/training/train.ts`. Everything is drawn from one
 * seed, so a run on the same machine with the same TensorFlow gives the same files. Its safety net is trained afterward, as
 * the settings define it: `perturb train media/demos/filter`.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { readLayersModel } from '../../../../src/models/tfjs/readLayersModel.ts';
import { registerTrainingGradients } from '../../../../src/models/tfjs/training/trainingGradients.ts';
import { writeLayersModel } from '../../../../src/models/tfjs/training/writeLayersModel.ts';
import { accuracy, fitNetwork } from '../../../demo/training/fitNetwork.ts';
import { savePicture } from '../../training/photograph.ts';
import { CLASSES } from './drawPicture.ts';
import { buildFilter } from './network.ts';
import { picturesOf, SEED, type Split } from './pictures.ts';

const DEMO = path.join(import.meta.dirname, '..');
const [EACH, EPOCHS, HELD_OUT_EACH, SAVED_EACH] = [1200, 4, 300, 24];

async function save(split: Split): Promise<void> {
  const { images, labels } = await picturesOf(split, SAVED_EACH);
  for (const [index, image] of images.entries()) {
    const folder = path.join(DEMO, 'data', split, CLASSES[labels[index] as number] as string);
    await mkdir(folder, { recursive: true });
    const name = String((index % SAVED_EACH) + 1).padStart(2, '0');
    await savePicture(image, path.join(folder, `${name}.png`));
  }
}

await rm(path.join(DEMO, 'data'), { recursive: true, force: true });
await save('known');
await save('uploads');
await startTensorFlow();
registerTrainingGradients();
const training = await picturesOf('training', EACH);
const heldOut = await picturesOf('heldOut', HELD_OUT_EACH);
const network = buildFilter(CLASSES.length, SEED);
const share = (of: typeof network) => `${(100 * accuracy(of, heldOut)).toFixed(1)}%`;
await fitNetwork(network, training, CLASSES.length, {
  epochs: EPOCHS,
  batchSize: 60,
  learningRate: 0.004,
  seed: SEED,
  onEpoch: (epoch, loss) =>
    console.log(`Epoch ${epoch + 1} of ${EPOCHS}: loss ${loss.toFixed(4)}, held-out accuracy ${share(network)}.`),
});
const folder = path.join(DEMO, 'models', 'filter');
const file = await writeLayersModel(network, folder);
await writeFile(path.join(folder, 'labels.txt'), `${CLASSES.join('\n')}\n`);
const { model: saved } = await readLayersModel(file);
await writeFile(
  path.join(folder, 'README.md'),
  `# Filter, a demo classifier of pictures

Trained on drawings only: fruit, which is allowed, and cake, which stands in for what is not. It has seen no photograph. It
is a toy to try adversarial attacks on, and filters nothing.

| | |
|---|---|
| Input | 32x32 RGB, each value as \`(pixel / 255 - 0.5) / 0.5\` |
| Output | probabilities of ${CLASSES.join(' and ')} |
| Parameters | ${saved.countParams().toLocaleString('en-US')} |
| Training | ${(2 * EACH).toLocaleString('en-US')} drawings, ${EPOCHS} epochs |
| Held-out accuracy | ${share(saved)} of ${2 * HELD_OUT_EACH} drawings with other seeds |
| Seed | ${SEED} |

The figures come from the saved files, read back. \`npx tsx media/demos/filter/training/train.ts\` trains the classifier anew
and rewrites this page. The drawings and the classifier are part of Perturb and have its license (MIT).
`,
);
