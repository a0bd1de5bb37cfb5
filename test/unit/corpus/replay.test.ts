import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import type { Counterexample } from '../../../src/corpus/counterexample.ts';
import { type ReplayOptions, replay } from '../../../src/corpus/replay.ts';
import { stretching } from '../../../src/data/resizing.ts';
import { writePng } from '../../../src/data/writeImage.ts';
import { type Victim, victimOf } from '../../../src/runner/victim.ts';
import { hashOf, keptAt, type Levels, pixelsOf } from '../../support/counterexamples.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { planOf } from '../../support/plans.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const shape = { height: 1, width: 2, channels: 1 } as const;
const today = hashOf('today');

/** Class 1 where the two pixels sum to more than this. */
function modelWith(bound: number): Victim {
  return victimOf(
    linearClassifier(
      [
        [0, 0],
        [1, 1],
      ],
      [0, -bound],
      shape,
    ),
  );
}

describe('replaying known counterexamples', () => {
  const folder = temporaryFolder();
  beforeEach(() => mkdir(folder.at('data')));

  /** An original that sums to 0.4, and a kept image that sums to 0.6. */
  const kept = (changes: Partial<Counterexample & Levels> = {}, name = 'a') =>
    keptAt(folder.at(), name, { from: [51, 51], to: [77, 76], shape, epsilon: 26 / 255, ...changes });
  const options = (judge: Victim, changes: Partial<ReplayOptions> = {}): ReplayOptions => ({
    plan: planOf({ id: 'm › t', quantize: true, epsilons: [26 / 255, 60 / 255] }),
    folder: folder.at('robustness'),
    judge,
    victims: [judge],
    input: shape,
    resizing: stretching,
    model: today,
    ...changes,
  });
  const stateOn = async (judge: Victim, one: Counterexample, changes: Partial<ReplayOptions> = {}) =>
    (await replay([one], options(judge, changes))).examples.map(({ state, since, unconfirmed }) => ({
      state,
      since,
      ...(unconfirmed && { unconfirmed }),
    }));
  const fixed = { fixed: hashOf('a version in between') };

  it('finds the model still fooled, since the model that it was found on', async () => {
    assert.deepEqual(await stateOn(modelWith(0.5), await kept()), [
      { state: 'stillFooled', since: hashOf('found on') },
    ]);
  });

  it('finds the model newly fooled where the baseline has it as fixed, since today', async () => {
    assert.deepEqual(await stateOn(modelWith(0.5), await kept(fixed)), [{ state: 'newlyFooled', since: today }]);
  });

  it('takes a model for fooled that is wrong about the original itself', async () => {
    const negative = victimOf(
      linearClassifier(
        [
          [0, 0],
          [-1, -1],
        ],
        [0, 0.5],
        shape,
      ),
    );
    // The original sums to less than 0.5, the kept image to more: that one alone is answered as it should be.
    assert.deepEqual(await stateOn(negative, await kept()), [{ state: 'stillFooled', since: hashOf('found on') }]);
  });

  it('finds it fixed where nothing fools within the budget, since today or since the baseline knows', async () => {
    // The farthest that 26 gray levels lead is 0.604.
    assert.deepEqual(await stateOn(modelWith(0.61), await kept()), [{ state: 'fixed', since: today }]);
    assert.deepEqual(await stateOn(modelWith(0.61), await kept(fixed)), [{ state: 'fixed', since: fixed.fixed }]);
  });

  it('finds it fixed for this image only where another one fools within the budget', async () => {
    assert.deepEqual(await stateOn(modelWith(0.603), await kept()), [{ state: 'fixedForThisImageOnly', since: today }]);
    assert.deepEqual(await stateOn(modelWith(0.603), await kept(fixed)), [{ state: 'newlyFooled', since: today }]);
  });

  it('looks no farther than the kept image where the attack had no budget', async () => {
    const plan = planOf({ id: 'm › t', quantize: true, attack: 'deepfool', norm: 'l2' });
    const { epsilon: _, ...one } = await kept({ norm: 'l2', to: [87, 67] });
    // The kept image sums to 0.604, and the best one on the grid that is as near as it is to 0.616.
    assert.deepEqual(await stateOn(modelWith(0.62), one, { plan }), [{ state: 'fixed', since: today }]);
    assert.deepEqual(await stateOn(modelWith(0.61), one, { plan }), [{ state: 'fixedForThisImageOnly', since: today }]);
  });

  it('never calls fixed what could not be attacked', async () => {
    const blind: Victim = { ...modelWith(0.61), access: 'scores' };
    assert.deepEqual(await stateOn(blind, await kept()), [{ state: 'fixedForThisImageOnly', since: today }]);
    assert.deepEqual(await stateOn(blind, await kept(fixed)), [
      { state: 'fixedForThisImageOnly', since: today, unconfirmed: true },
    ]);
  });

  it('never calls fixed what masks its gradients', async () => {
    const judge = modelWith(0.61);
    const masked: Victim = {
      ...judge,
      async answer(asks) {
        const answers = await judge.answer(asks);
        return answers.map((answer) => ({ ...answer, gradients: answer.gradients?.map((g) => g.map(() => 0)) ?? [] }));
      },
    };
    assert.deepEqual(await stateOn(masked, await kept()), [{ state: 'fixedForThisImageOnly', since: today }]);
  });

  it('does not take an image for fooling that a detector rejects', async () => {
    const judge = modelWith(0.5);
    const guarded: Victim = {
      ...judge,
      async judge(images) {
        const judgments = await judge.judge(images);
        return judgments.map((judgment) => ({ ...judgment, score: 1, rejected: judgment.decision === 1 }));
      },
    };
    const plan = planOf({ id: 'm › t', quantize: true, epsilons: [26 / 255], detector: { name: 'd', path: '/d' } });
    assert.deepEqual(await stateOn(guarded, await kept(), { plan }), [{ state: 'fixed', since: today }]);
  });

  it('says how many fool the model before it attacks the others', async () => {
    const known = [await kept({}, 'a'), await kept(fixed, 'b'), await kept({ from: [10, 10], to: [12, 12] }, 'c')];
    const told: unknown[] = [];
    const { examples } = await replay(known, options(modelWith(0.5), { onTried: (counts) => void told.push(counts) }));
    assert.deepEqual(told, [{ fooled: 2, newlyFooled: 1, total: 3 }]);
    assert.deepEqual(
      examples.map(({ state }) => state),
      ['stillFooled', 'newlyFooled', 'fixed'],
    );
  });

  it('leaves aside, and counts, what the test is no longer about', async () => {
    const known = [
      await kept(),
      await kept({ norm: 'l2' }, 'b'),
      await kept({ target: 'class 1' }, 'c'),
      await kept({ to: [200, 200] }, 'd'),
    ];
    const { examples, outside } = await replay(known, options(modelWith(0.5)));
    assert.deepEqual([examples.length, outside], [1, 3]);
  });

  it('names an original that is missing, and where it is asked for', async () => {
    const one = await kept();
    await rm(folder.at('data', 'a.png'));
    await rejectsWith(replay([one], options(modelWith(0.5))), 'a.png', one.identity.slice(0, 12), 'restore the file');
  });

  it('names an original that has changed', async () => {
    const one = await kept();
    await writePng(folder.at('data', 'a.png'), pixelsOf([51, 52]), shape);
    await rejectsWith(replay([one], options(modelWith(0.5))), 'a.png has changed', one.identity.slice(0, 12));
  });

  it('refuses an original that the model receives otherwise', async () => {
    const one = await kept({ input: '0'.repeat(16) });
    await rejectsWith(replay([one], options(modelWith(0.5))), 'a.png', 'otherwise', 'resized');
  });

  it('refuses a perturbation that is damaged, and a class that the model does not have', async () => {
    await rejectsWith(replay([await kept({ witness: '?' })], options(modelWith(0.5))), 'damaged');
    await rejectsWith(replay([await kept({ label: 'stop' })], options(modelWith(0.5))), '"stop"', 'no class');
  });

  it('refuses answers that are no numbers', async () => {
    await rejectsWith(replay([await kept()], options(modelWith(NaN))), 'a.png', 'not a finite number');
  });
});
