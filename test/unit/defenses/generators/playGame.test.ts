import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { readNpz } from '../../../../src/data/npz.ts';
import { generators } from '../../../../src/defenses/generators/catalog.ts';
import { playGame } from '../../../../src/defenses/generators/playGame.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { toyGame } from '../../../support/toyGame.ts';
import { weightsOf } from '../../../support/trainingToys.ts';

/** Plays a toy game to its end: the weights that it ends with, and its points. */
async function played(kind: string, folder: string) {
  const task = await toyGame(kind, folder);
  try {
    const { points } = await playGame(task);
    return { weights: weightsOf(task.game.generator), points };
  } finally {
    task.game.dispose();
  }
}

describe('the training of a generator', () => {
  const folder = temporaryFolder();

  for (const kind of generators.keys()) {
    it(`of the kind ${kind} ends as one that was not interrupted, wherever that was`, async () => {
      const whole = await played(kind, folder.at('whole'));
      assert.ok(
        whole.points.every(({ loss = 0 }) => Number.isFinite(loss)),
        'the losses are numbers',
      );
      for (const at of [1, 3, 4]) {
        const stop = new AbortController();
        const task = await toyGame(kind, folder.at('parts'), {
          signal: stop.signal,
          onProgress: ({ step, phase }) => phase === 'training' && step === at && stop.abort(new Error('stop')),
        });
        await assert.rejects(playGame(task), /stop/);
        task.game.dispose();
      }
      assert.deepEqual(await played(kind, folder.at('parts')), whole);
    });

    it(`of the kind ${kind} ends as one that was not interrupted when its process is killed`, async () => {
      const whole = await played(kind, folder.at('whole'));
      const script = path.join(import.meta.dirname, '../../../support/playToyGame.ts');
      const child = spawn(process.execPath, ['--import', 'tsx', script, kind, folder.at('killed')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exit = once(child, 'exit');
      for await (const line of createInterface(child.stdout)) if (Number(line) >= 4) child.kill('SIGKILL');
      assert.deepEqual(await exit, [null, 'SIGKILL']);
      assert.deepEqual(await played(kind, folder.at('killed')), whole);
    });
  }

  it('is stopped where its numbers are no longer finite, and keeps the last good state', async () => {
    const sound = await toyGame('advgan', folder.at('diverged'));
    const { game } = sound;
    const parameters = { ...sound.parameters, learningRate: 1e30 };
    await rejectsWith(
      playGame({ ...sound, parameters: { ...parameters, schedule: 'constant' } }),
      /diverged at step \d/,
      'learningRate',
      folder.at('diverged'),
    );
    game.dispose();
    const { weights, step } = JSON.parse(await readFile(folder.at('diverged', 'state.json'), 'utf8'));
    assert.ok(step >= 0, `it is at step ${step}`);
    const arrays = await readNpz(folder.at('diverged', weights));
    const areFinite = Object.values(arrays).every(({ data }) => Array.from(data).every(Number.isFinite));
    assert.ok(areFinite, 'every number that was kept is finite');
  });
});
