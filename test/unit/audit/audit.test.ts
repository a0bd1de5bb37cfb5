import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { audit } from '../../../src/audit/audit.ts';
import { checks } from '../../../src/audit/catalog.ts';
import type { DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { startTensorFlow } from '../../../src/models/tfjs/backend.ts';
import { writeLayersModel } from '../../../src/models/tfjs/training/writeLayersModel.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import {
  type Audited,
  auditOptionsOf,
  imagesOf,
  ordinary,
  ordinaryImages,
  roundOf,
  seeing,
  withGradients,
} from '../../support/auditTrial.ts';
import { openOnTensorFlow } from '../../support/openOnTensorFlow.ts';
import { planOf } from '../../support/plans.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const pgd = planOf({ attack: 'pgd', epsilons: [0.1] });

/** The checks that find something in a test. */
async function found(audited: Audited): Promise<string[]> {
  return (await audit(audited.plan, await auditOptionsOf(audited))).findings.map(({ check }) => check).sort();
}

describe('the audit of a model that masks its gradients', () => {
  const folder = suiteFolder();

  /** A layers model whose logits are multiplied by a temperature. */
  async function perceptron(temperature: number): Promise<DifferentiableClassifier & { dispose(): void }> {
    await startTensorFlow();
    const uniform = (size: number, seed: number) => initializers.randomUniform({ minval: -size, maxval: size, seed });
    const model = sequential({
      layers: [
        layers.flatten({ inputShape: [4, 4, 1] }),
        layers.dense({ units: 12, activation: 'tanh', kernelInitializer: uniform(1, 1) }),
        layers.dense({ units: 4, kernelInitializer: uniform(temperature, 2) }),
        layers.softmax({}),
      ],
    });
    const file = await writeLayersModel(model, folder.at(`temperature-${temperature}`));
    model.dispose();
    return openOnTensorFlow(file);
  }

  it('has nothing to flag in logits so large that the softmax is flat: the loss has a gradient there', async () => {
    const images = imagesOf(24, 16);
    for (const temperature of [1, 1e4]) {
      const classifier = await perceptron(temperature);
      assert.deepEqual(await found({ plan: pgd, classifier, images }), [], String(temperature));
      classifier.dispose();
    }
  });

  it('flags an input that is cut to a few steps', async () => {
    const stairs = seeing(ordinary, (image) => image.map((value) => Math.round(4 * value) / 4));
    const classifier = withGradients(stairs, (gradient) => gradient.fill(0));
    const plan = planOf({ attack: 'pgd', epsilons: [0.2], parameters: { restarts: 1 } });
    assert.deepEqual(await found({ plan, classifier, images: ordinaryImages }), [
      'black-box-stronger',
      'unbounded-attack-fails',
      'zero-gradients',
    ]);
  });

  it('flags answers that are drawn at random', async () => {
    let state = 1;
    const noise = () => {
      state = (48271 * state) % (2 ** 31 - 1);
      return 0.2 * (state / 2 ** 31 - 0.5);
    };
    const classifier = seeing(ordinary, (image) => image.map((value) => value + noise()));
    const checks = await found({ plan: pgd, classifier, images: ordinaryImages });
    assert.ok(checks.includes('randomized-outputs'), `${checks}`);
  });
});

describe('an audit', () => {
  const test = { plan: pgd, classifier: ordinary, images: ordinaryImages, rounds: [roundOf(0.1, 4, 30)] };

  it('says which check found what', async () => {
    const { findings } = await audit(pgd, await auditOptionsOf(test));
    assert.ok(findings.length > 0);
    for (const { check, message } of findings) {
      assert.ok(checks.some(({ id }) => id === check));
      assert.match(message, /^[A-Z\d].*\d.*\.$/);
    }
  });

  it('finds the same again', async () => {
    const options = await auditOptionsOf(test);
    assert.deepEqual(await audit(pgd, options), await audit(pgd, options));
  });

  it('asks nothing where the test is no attack, or no image was attacked', async () => {
    const silent: DifferentiableClassifier = {
      ...ordinary,
      logits: () => assert.fail(),
      pullback: () => assert.fail(),
    };
    const options = { ...(await auditOptionsOf(test)), conditions: { victim: victimOf(silent) } };
    const nothing = { findings: [], notChecked: [] };
    for (const attack of ['forge', 'linear']) assert.deepEqual(await audit(planOf({ attack }), options), nothing);
    assert.deepEqual(await audit(pgd, { ...options, subjects: [], rounds: [roundOf(0.1, 0, 0)] }), nothing);
  });

  it('says how far it has got', async () => {
    const steps: number[][] = [];
    await audit(pgd, { ...(await auditOptionsOf(test)), onCheck: (done, total) => steps.push([done, total]) });
    const total = checks.length;
    assert.deepEqual(
      steps,
      Array.from({ length: total + 1 }, (_, done) => [done, total]),
    );
  });

  it('ends when it is cancelled, with the reason', async () => {
    const controller = new AbortController();
    const options = await auditOptionsOf(test);
    const conditions = { ...options.conditions, signal: controller.signal };
    const onCheck = (done: number) => {
      if (done === 3) controller.abort(new Error('enough'));
    };
    await assert.rejects(audit(pgd, { ...options, conditions, onCheck }), /enough/);
  });
});

describe('the pages of the audit', () => {
  const folder = path.join(import.meta.dirname, '../../../media/audit');

  it('are one for each check', () => {
    assert.deepEqual(readdirSync(folder).sort(), checks.map(({ id }) => `${id}.md`).sort());
    assert.equal(new Set(checks.map(({ id }) => id)).size, checks.length);
  });

  it('say what a finding means, what to do, where it is published, and how often it is wrong', () => {
    for (const { id } of checks) {
      const page = readFileSync(path.join(folder, `${id}.md`), 'utf8');
      assert.match(page, /^# /);
      for (const part of ['## What it means', '## What to do', '## Source', '## False alarms'])
        assert.ok(page.includes(part), `${id}: ${part}`);
    }
  });

  it('have the figures that were measured', () => {
    const results = readFileSync(path.join(import.meta.dirname, '../../audit/results.md'), 'utf8');
    const [, tests, networks] = /on (\d+) tests of (\d+) networks/.exec(results) ?? [];
    for (const { id } of checks) {
      const count = results.split(`| \`${id}\` |`).length - 1;
      const figure = count === 0 ? 'No false alarm' : count === 1 ? '1 false alarm' : `${count} false alarms`;
      const page = readFileSync(path.join(folder, `${id}.md`), 'utf8');
      assert.ok(page.includes(`${figure} in ${tests} tests of ${networks} ordinary networks`), id);
    }
  });
});
