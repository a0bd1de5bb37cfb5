// A process to be killed: trains a toy in the folder that it is given, says a line after each step, and never ends.
import { writeSync } from 'node:fs';
import { train } from '../../src/defenses/training/trainer.ts';
import { startTensorFlow } from '../../src/models/tfjs/backend.ts';
import { registerTrainingGradients } from '../../src/models/tfjs/training/trainingGradients.ts';
import { toyTask } from './trainingToys.ts';

await startTensorFlow();
registerTrainingGradients();
await train(
  toyTask(process.argv[2] as string, {
    onProgress({ step }) {
      writeSync(1, `${step}\n`);
      if (step === 15) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    },
  }),
);
