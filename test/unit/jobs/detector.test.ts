import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { trainDetector } from '../../../src/defenses/detectors/trainDetector.ts';
import type { DetectorPlan } from '../../../src/defenses/plan.ts';
import type { TrainingProgress } from '../../../src/defenses/progress.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import { ModelCache } from '../../../src/jobs/modelCache.ts';
import { runTest } from '../../../src/jobs/runTest.ts';
import type { ModelSource } from '../../../src/models/source.ts';
import { readExamples } from '../../../src/reports/examples.ts';
import { configureAttack, definitionOf } from '../../../src/runner/configuredAttack.ts';
import { planOf } from '../../support/plans.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const demo = path.join(import.meta.dirname, '..', '..', '..', 'media', 'demo');
const signs: ModelSource = {
  name: 'signs',
  path: path.join(demo, 'models', 'signs', 'model.json'),
  labels: path.join(demo, 'models', 'signs', 'labels.txt'),
  preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channels: 'rgb' },
};
const street = { name: 'street', path: path.join(demo, 'data', 'street'), labels: 'folders' } as const;
const attack = (id: string, epsilon: number) =>
  configureAttack(definitionOf(id), { norm: 'linf', epsilon, preset: 'quick', parameters: {}, quantize: true });

describe('a detector of the demo’s model', () => {
  const folder = temporaryFolder();
  const models = new ModelCache();
  const { signal } = new AbortController();

  const planned = (given: Partial<DetectorPlan> = {}): DetectorPlan => ({
    name: 'net',
    kind: 'mahalanobis',
    model: signs,
    dataset: street,
    path: folder.at('net'),
    preset: 'quick',
    parameters: {},
    seed: 0,
    attacks: [attack('fgsm', 8 / 255)],
    heldOut: [attack('ifgsm', 16 / 255)],
    falsePositiveRate: 0.1,
    origin: { file: '/nowhere/settings.json', line: 1 },
    ...given,
  });
  const trained = async (plan: DetectorPlan, onProgress: (progress: TrainingProgress) => void = () => {}) =>
    trainDetector(plan, await models.open(plan.model), { signal, onProgress });
  const tested = async (given: Partial<TestPlan>) => {
    const run = folder.at('run');
    await mkdir(run, { recursive: true });
    const plan = planOf({
      model: signs,
      dataset: { ...street, limit: 24 },
      attack: 'ifgsm',
      epsilons: [8 / 255],
      detector: { name: 'net', path: folder.at('net') },
      quantize: true,
      ...given,
    });
    return {
      report: await runTest({ plan, folder: run }, { models, location: 'process', signal, onProgress() {} }),
      run,
    };
  };

  it('is fitted, judged, written, and serves tests against both attackers', async () => {
    const phases = new Set<string>();
    const { file, attacks, clean, threshold, warnings } = await trained(planned(), ({ phase }) => phases.add(phase));
    assert.deepEqual([...phases], ['loading', 'crafting', 'training', 'measuring']);
    assert.deepEqual(
      attacks.map(({ attack, seen }) => [attack, seen]),
      [
        // It learns from clean images, so that it has seen no attack.
        ['fgsm', false],
        ['ifgsm', false],
      ],
    );
    for (const { examples, auroc, roc } of attacks) {
      assert.ok(examples > 0 && auroc > 0.5 && auroc <= 1, `${auroc} on ${examples}`);
      assert.deepEqual(roc.at(-1), [1, 1]);
    }
    assert.ok(clean.images > 10 && clean.rejected < clean.images / 2, `${clean.rejected} of ${clean.images}`);
    assert.match(warnings.join(), /highest score of \d+ clean images|^$/);
    const written = JSON.parse(await readFile(file, 'utf8'));
    assert.equal(written.threshold, threshold);
    assert.equal(written.preset, 'quick');
    assert.equal(written.report.attacks.length, 2);

    const unaware = await tested({ attacker: 'unaware' });
    const { report, run } = await tested({ attacker: 'adaptive', id: 'adaptive' });
    assert.equal(report.status, 'measured', report.message);
    assert.deepEqual(
      { ...report.detector, path: '' },
      {
        name: 'net',
        path: '',
        attacker: 'adaptive',
        kind: 'mahalanobis',
        title: report.detector?.title,
        threshold,
        falsePositiveRate: 0.1,
        seen: false,
      },
    );
    const [mine, theirs] = [report.rounds[0]?.detection, unaware.report.rounds[0]?.detection];
    assert.deepEqual(mine?.other.metrics, unaware.report.metrics);
    assert.deepEqual(theirs?.other.metrics, report.metrics);
    assert.ok(
      (report.metrics?.successRate as number) >= (unaware.report.metrics?.successRate as number),
      'it knows more',
    );
    const examples = (await readExamples(run)).filter(({ test }) => test === 'adaptive');
    assert.equal(examples.length, 24);
    for (const { status, clean, adversarial, label } of examples) {
      assert.equal(clean.rejected, (clean.score as number) > threshold);
      if (status === 'rejected') assert.ok(clean.rejected && clean.class === label, 'right and rejected');
      if (status === 'fooled') assert.ok(!adversarial?.rejected && adversarial?.class !== label, 'through');
    }
  });

  it('learns from its attacks, where the preset of its paper weighs layers by them', async () => {
    const attacks = [attack('ifgsm', 16 / 255)];
    const heldOut = [attack('fgsm', 16 / 255)];
    const report = await trained(
      planned({ kind: 'lid', preset: 'paper', parameters: { neighbors: 10 }, attacks, heldOut }),
    );
    assert.deepEqual(
      report.attacks.map(({ attack, seen }) => [attack, seen]),
      [
        ['ifgsm', true],
        ['fgsm', false],
      ],
    );
    const [own] = report.attacks;
    assert.ok(own && own.auroc > 0.7, `${own?.auroc}`);
    const { report: adaptive } = await tested({});
    assert.equal(adaptive.detector?.seen, true, adaptive.message);
  });

  it('is refused for a model with other weights: the test is errored', async () => {
    await trained(planned({ kind: 'jpeg' }));
    for (const name of ['model.json', 'weights.bin']) {
      await mkdir(folder.at('other'), { recursive: true });
      await copyFile(path.join(path.dirname(signs.path), name), folder.at('other', name));
    }
    // Another copy is the same model; a line more in its file makes it another one.
    const copy = { ...signs, path: folder.at('other', 'model.json') };
    assert.equal((await tested({ model: copy, attacker: 'adaptive' })).report.status, 'measured');
    await folder.write('other/model.json', `${await readFile(copy.path, 'utf8')}\n`);
    const { report } = await tested({ model: copy, attacker: 'adaptive' });
    assert.equal(report.status, 'errored');
    assert.match(report.message, /made for another model: "signs"/);
  });

  it('needs images of two classes that the model gets right, and an attack that fools it', async () => {
    await mkdir(folder.at('one', 'stop'), { recursive: true });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) {
      await copyFile(path.join(street.path, 'stop', '01.png'), folder.at('one', 'stop', `${name}.png`));
    }
    const one = { name: 'one', path: folder.at('one'), labels: 'folders' } as const;
    await rejectsWith(trained(planned({ dataset: one })), folder.at('one'), 'of one class, "stop"');
    await rejectsWith(trained(planned({ dataset: { ...street, limit: 5 } })), 'needs at least 8');
    const weak = planned({ kind: 'classifier', attacks: [attack('fgsm', 1 / 255)] });
    await rejectsWith(
      trained({ ...weak, dataset: { ...street, limit: 16 } }),
      'None of the attacks (fgsm)',
      '"epsilon"',
    );
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const training = trainDetector(planned(), await models.open(signs), {
      signal: controller.signal,
      onProgress: ({ phase }) => phase === 'crafting' && controller.abort(new Error('cancelled')),
    });
    await assert.rejects(training, /cancelled/);
  });
});
