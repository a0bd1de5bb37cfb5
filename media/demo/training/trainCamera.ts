/**
 * Makes the demo workspace's second classifier, as products are often made: a public network (`signs`), trained further on
 * images of one's own: `npx tsx media/demo/training/trainCamera.ts`, about a minute.
 */
import path from 'node:path';
import { readLayersModel } from '../../../src/models/tfjs/readLayersModel.ts';
import { DEMO, trainClassifier } from './trainClassifier.ts';

await trainClassifier({
  name: 'camera',
  title: 'Camera, a second demo classifier of traffic signs',
  script: 'trainCamera.ts',
  seed: 2031,
  trainingPerClass: 250,
  epochs: 2,
  learningRate: 0.003,
  build: async () => (await readLayersModel(path.join(DEMO, 'models', 'signs', 'model.json'))).model,
});
