import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defenses } from '../../../../src/defenses/training/catalog.ts';
import type { DefenseDefinition } from '../../../../src/defenses/training/defenseDefinition.ts';
import { train } from '../../../../src/defenses/training/trainer.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { registerTrainingGradients } from '../../../../src/models/tfjs/training/trainingGradients.ts';
import { toySet, toyTask } from '../../../support/trainingToys.ts';
import { type Files, type Format, filesIn } from '../format.ts';

/** A training of two steps. */
const task = (folder: string) =>
  toyTask(folder, {
    definition: defenses.get('fast') as DefenseDefinition,
    parameters: { epochs: 1, batchSize: 4 },
    training: toySet(8),
    validation: toySet(3, 2),
  });

/** Checkpoints of a training, before each of its steps and after the last one. */
export const checkpoint: Format = {
  async intact() {
    await startTensorFlow();
    registerTrainingGradients();
    const folder = await mkdtemp(path.join(tmpdir(), 'perturb-soak-'));
    const found: Files[] = [];
    for (const stop of [1, 2]) {
      const abort = new AbortController();
      const onProgress = ({ step }: { readonly step: number }) => step === stop && abort.abort();
      await train({ ...task(folder), signal: abort.signal, onProgress }).catch(() => {});
      found.push(await filesIn(folder));
    }
    await rm(folder, { recursive: true });
    return found;
  },
  async open(at) {
    const { network } = await train(task(at));
    network.dispose();
  },
};
