import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { defenses } from '../../../../src/defenses/training/catalog.ts';
import { Checkpoint } from '../../../../src/defenses/training/checkpoint.ts';
import type { DefenseDefinition } from '../../../../src/defenses/training/defenseDefinition.ts';
import { train } from '../../../../src/defenses/training/trainer.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { registerTrainingGradients } from '../../../../src/models/tfjs/training/trainingGradients.ts';
import { UserError } from '../../../../src/userError.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { toyTask } from '../../../support/trainingToys.ts';
import { essence, interrupted } from './trainerChecks.ts';

describe('a training that is resumed', () => {
  const folder = temporaryFolder();
  let whole: ReturnType<typeof essence>;
  before(async () => {
    await startTensorFlow();
    registerTrainingGradients();
  });
  beforeEach(async () => {
    whole ??= essence(await train(toyTask(folder.at('whole'))));
  });

  it('is the same for the same seed, and another for another', async () => {
    assert.deepEqual(essence(await train(toyTask(folder.at('again')))), whole);
    const other = essence(await train(toyTask(folder.at('other'), { seed: 8 })));
    assert.notEqual(other.weights, whole.weights);
  });

  it('ends as one that was not interrupted when its process is killed', async () => {
    const script = path.join(import.meta.dirname, '../../../support/trainToy.ts');
    const process = spawn(globalThis.process.execPath, ['--import', 'tsx', script, folder.at('killed')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = once(process, 'exit');
    for await (const line of createInterface(process.stdout)) if (Number(line) >= 8) process.kill('SIGKILL');
    assert.deepEqual(await exit, [null, 'SIGKILL']);
    const steps: number[] = [];
    const resumed = await train(toyTask(folder.at('killed'), { onProgress: ({ step }) => steps.push(step) }));
    assert.ok((steps[0] as number) > 8, `it began again at step ${steps[0]}`);
    assert.deepEqual(essence(resumed), whole);
  });

  it('does not make anew what was made before training', async () => {
    let made = 0;
    const madry = defenses.get('madry') as DefenseDefinition;
    const definition: DefenseDefinition = {
      ...madry,
      async prepare() {
        made++;
        return { numbers: { shape: [2], data: Float32Array.of(3, 4) } };
      },
      async objective(parameters, prepared) {
        assert.deepEqual(prepared.numbers?.data, Float32Array.of(3, 4));
        return madry.objective(parameters, prepared);
      },
    };
    await interrupted(train, folder.at('prepared'), 3, { definition });
    await train(toyTask(folder.at('prepared'), { definition }));
    assert.equal(made, 1);
  });

  it('is refused where it would be another training, saying what differs', async () => {
    const checkpoint = (parameters: string) => new Checkpoint(folder.at('mine'), { seed: '1', parameters });
    await interrupted(train, folder.at('mine'), 2, { checkpoint: checkpoint('a') });
    await assert.rejects(
      train(toyTask(folder.at('mine'), { checkpoint: checkpoint('b') })),
      (error) => error instanceof UserError && /different parameters\. .*delete the folder/.test(error.message),
    );
  });

  it('is refused where its files are damaged', async () => {
    await interrupted(train, folder.at('damaged'), 3);
    const at = (name: string) => folder.at('damaged', name);
    const state = await readFile(at('state.json'), 'utf8');
    await writeFile(at('state.json'), state.slice(0, 40));
    await assert.rejects(train(toyTask(folder.at('damaged'))), UserError);
    const { best: _, ...unmeasured } = JSON.parse(state);
    for (const damaged of [
      { ...unmeasured, points: undefined },
      { ...unmeasured, points: {} },
      { ...unmeasured, points: [null] },
      { ...unmeasured, loss: null },
      { ...unmeasured, step: 0.5 },
      { ...unmeasured, step: 1e9 },
      { ...unmeasured, weights: '../weights-0.npz' },
      { ...unmeasured, deep: [[]] },
      // Said to be at its end, and without a best epoch.
      { ...unmeasured, step: 18, points: [{ epoch: 3, robustAccuracy: 1 }] },
    ]) {
      await writeFile(at('state.json'), JSON.stringify(damaged));
      await rejectsWith(train(toyTask(folder.at('damaged'))), at('state.json'), 'is damaged', 'Delete');
    }
    await writeFile(at('state.json'), state);
    const { weights } = JSON.parse(state) as { weights: string };
    await writeFile(at(weights), 'no archive');
    await assert.rejects(train(toyTask(folder.at('damaged'))), UserError);
  });

  it('keeps two generations of weights and the best, and no more', async () => {
    await train(toyTask(folder.at('kept')));
    const names = (await readdir(folder.at('kept'))).sort();
    const best = names.filter((name) => name.startsWith('best-'));
    assert.equal(best.length, 1);
    assert.deepEqual(names, [...best, 'state.json', 'weights-0.npz', 'weights-1.npz']);
  });
});
