import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { trainGenerator } from '../../../../src/defenses/generators/trainGenerator.ts';
import type { GeneratorPlan } from '../../../../src/defenses/plan.ts';
import { openPurified } from '../../../../src/defenses/purifiers/openPurified.ts';
import { ModelCache } from '../../../../src/jobs/modelCache.ts';
import { runTest } from '../../../../src/jobs/runTest.ts';
import type { Functional } from '../../../../src/models/functional.ts';
import { openModel } from '../../../../src/models/open.ts';
import { planOf } from '../../../support/plans.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { suiteFolder } from '../../../support/suiteFolder.ts';
import { writeToyWorkspace } from '../../../support/toyWorkspace.ts';
import { toySet } from '../../../support/trainingToys.ts';

const epsilon = 64 / 255;

describe('a model behind a purifier', () => {
  const folder = suiteFolder();
  const models = new ModelCache();
  const { signal } = new AbortController();
  let toys: Awaited<ReturnType<typeof writeToyWorkspace>>;

  before(async () => {
    await mkdir(folder.at(), { recursive: true });
    toys = await writeToyWorkspace(folder.at());
    const plan: GeneratorPlan = {
      name: 'cleaner',
      kind: 'ape-gan',
      ...toys,
      path: folder.at('cleaner'),
      preset: 'quick',
      parameters: { epsilon, epochs: 20, batchSize: 8, learningRate: 0.005 },
      seed: 3,
      origin: { file: 'settings.json', line: 1 },
    };
    await trainGenerator(plan, { signal, onProgress: () => {} });
  });

  const tested = async (change: object = {}) => {
    const run = folder.at(`run-${Math.random()}`);
    await mkdir(run, { recursive: true });
    const plan = planOf({
      ...toys,
      attack: 'pgd',
      purifier: { name: 'cleaner', path: folder.at('cleaner') },
      attacker: 'adaptive',
      epsilons: [epsilon],
      quantize: true,
      audit: false,
      expect: { robustAccuracy: [0] },
      ...change,
    });
    return runTest({ plan, folder: run }, { models, location: 'process', signal, onProgress: () => {} });
  };

  it('has the gradient of the two as one function', async () => {
    const { classifier, sha256 } = await openModel(toys.model);
    const purified = await openPurified(folder.at('cleaner'), classifier, sha256, {});
    const functional: Functional = { kind: 'margin', label: 1 };
    const valueAt = async (image: Float32Array) =>
      (await purified.classifier.pullback([image], [[functional]])).values[0]?.[0] as number;
    // Away from the range's ends, where the sum is clipped.
    for (const given of toySet(3, 4).images) {
      const image = given.map((value) => 0.3 + 0.4 * value);
      const { gradients, logits } = await purified.classifier.pullback([image], [[functional, functional]]);
      assert.deepEqual(gradients[0]?.[0], gradients[0]?.[1]);
      assert.deepEqual(logits, await purified.classifier.logits([image]));
      const gradient = gradients[0]?.[0] as Float32Array;
      const length = Math.hypot(...gradient);
      const along = (step: number) => image.map((value, i) => value + (step * (gradient[i] as number)) / length);
      const step = 1e-3;
      const slope = ((await valueAt(along(step))) - (await valueAt(along(-step)))) / (2 * step);
      assert.ok(Math.abs(slope - length) < 0.1 * length + 1e-3, `the slope is ${slope}, the gradient ${length} long`);
    }
    purified.dispose();
    classifier.dispose();
  });

  it('is attacked as one by who knows of it, and the figure of who does not stands beside', async () => {
    const plain = await tested({ purifier: undefined, attacker: undefined });
    const adaptive = await tested();
    const { other } = adaptive.rounds[0]?.purification ?? assert.fail(adaptive.message);
    assert.equal(other.attacker, 'unaware');
    const rate = adaptive.rounds[0]?.metrics.successRate as number;
    // What fools without knowing of it counts for who does as well.
    assert.ok(other.metrics.successRate <= rate, `unaware ${other.metrics.successRate}, adaptive ${rate}`);
    assert.ok(other.metrics.successRate < (plain.rounds[0]?.metrics.successRate as number), 'it purifies something');
    assert.match(adaptive.message, /with purifier "cleaner" against an adaptive attacker is .* \(unaware: /);
    assert.equal(adaptive.purifier?.kind, 'ape-gan');
    const unaware = await tested({ attacker: 'unaware' });
    assert.equal(unaware.rounds[0]?.metrics.successRate, other.metrics.successRate);
    assert.equal(unaware.rounds[0]?.purification?.other.attacker, 'adaptive');
  });

  it('is refused where the purifier is another kind of generator, or was made for another model', async () => {
    await cp(folder.at('cleaner'), folder.at('attacker'), { recursive: true });
    const card = JSON.parse(await readFile(folder.at('cleaner', 'card.json'), 'utf8'));
    await writeFile(folder.at('attacker', 'card.json'), JSON.stringify({ ...card, kind: 'advgan' }));
    const { message } = await tested({ purifier: { name: 'attacker', path: folder.at('attacker') } });
    assert.match(message, /the kind "advgan", which makes something else\. Use one of the kind "ape-gan" or "dcgan"/);
    const { classifier } = await openModel(toys.model);
    await rejectsWith(openPurified(folder.at('cleaner'), classifier, 'other', {}), 'was made for another model');
    classifier.dispose();
  });
});
