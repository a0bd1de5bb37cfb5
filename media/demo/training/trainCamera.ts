/**
 * Makes the demo workspace's second classifier, another network trained on other images of the same signs:
 * `npx tsx media/demo/training/trainCamera.ts`, about three minutes.
 */
import { buildCameraNetwork } from './cameraNetwork.ts';
import { trainClassifier } from './trainClassifier.ts';

await trainClassifier({
  name: 'camera',
  title: 'Camera, a second demo classifier of traffic signs',
  script: 'trainCamera.ts',
  seed: 2031,
  trainingPerClass: 250,
  epochs: 5,
  build: buildCameraNetwork,
});
