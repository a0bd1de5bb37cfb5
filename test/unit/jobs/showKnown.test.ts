import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { writeCounterexamples } from '../../../src/corpus/counterexample.ts';
import type { Replay } from '../../../src/corpus/replay.ts';
import { stretching } from '../../../src/data/resizing.ts';
import { showKnown } from '../../../src/jobs/showKnown.ts';
import type { Batch } from '../../../src/models/classifier.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import { hashOf, keptAt } from '../../support/counterexamples.ts';
import { planOf } from '../../support/plans.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const shape = { height: 1, width: 2, channels: 1 } as const;

/** Of two pixels the brighter one is the class. */
const judge = victimOf({
  input: shape,
  classes: ['class 0', 'class 1'],
  engine: 'toy',
  batchSize: 4,
  logits: async (images: Batch) => images.map((image) => Float32Array.from(image)),
});

describe('known counterexamples outside of the images of a test', () => {
  const folder = temporaryFolder();

  it('are shown up to 50, those that fool the model before others', async () => {
    const robustness = folder.at('robustness');
    await mkdir(folder.at('data'));
    const kept = [];
    for (let i = 0; i < 60; i++) {
      kept.push(await keptAt(folder.at(), `${i}`, { from: [100 + i, 50], to: [100 + i, 101 + i], shape }));
    }
    await writeCounterexamples(robustness, kept);
    const examples: Replay['examples'] = kept.map(({ identity, image, label }, i) => ({
      ...{ identity, image: folder.at('robustness', image), label, since: hashOf('model'), prediction: 'class 1' },
      state: i < 20 ? 'fixed' : i < 55 ? 'stillFooled' : 'newlyFooled',
    }));
    const shown = await showKnown(
      { examples, outside: 60, time: 0 },
      {
        ...{ plan: { ...planOf(), id: 'm › t', robustness }, modelSha256: hashOf('model'), shape },
        ...{ input: shape, resizing: stretching, run: folder.at('run'), judge, images: [] },
        signal: new AbortController().signal,
      },
    );
    assert.equal(shown.length, 50);
    const found = new Set(shown.map(({ sha256 }) => sha256));
    assert.ok(
      kept.slice(20).every(({ sha256 }) => found.has(sha256)),
      'one that fools the model is left out',
    );
    assert.ok(shown.every(({ status, isOutside }) => status === 'fooled' && isOutside));
  });
});
