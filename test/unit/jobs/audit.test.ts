import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { ModelCache } from '../../../src/jobs/modelCache.ts';
import { runTest } from '../../../src/jobs/runTest.ts';
import type { ModelSource } from '../../../src/models/source.ts';
import { startTensorFlow } from '../../../src/models/tfjs/backend.ts';
import { readLayersModel } from '../../../src/models/tfjs/readLayersModel.ts';
import { writeLayersModel } from '../../../src/models/tfjs/training/writeLayersModel.ts';
import { type PlanChoice, planOf } from '../../support/plans.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const demo = path.join(import.meta.dirname, '..', '..', '..', 'media', 'demo');
const signs: ModelSource = {
  name: 'signs',
  path: path.join(demo, 'models', 'signs', 'model.json'),
  labels: path.join(demo, 'models', 'signs', 'labels.txt'),
  preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channels: 'rgb' },
};

describe('the audit of a test', () => {
  const folder = temporaryFolder();
  const models = new ModelCache();

  /** The demo's model with larger logits: as right, and surer. */
  async function sureSigns(factor: number): Promise<ModelSource> {
    await startTensorFlow();
    const { model } = await readLayersModel(signs.path);
    const last = model.layers.findLast((layer) => layer.getWeights().length > 0) ?? assert.fail();
    last.setWeights(last.getWeights().map((weight) => tf.mul(weight, factor)));
    const file = await writeLayersModel(model, folder.at('sure'));
    model.dispose();
    return { ...signs, name: 'sure', path: file };
  }

  async function audited(given: PlanChoice) {
    const run = folder.at('run');
    await mkdir(run, { recursive: true });
    const plan = planOf({
      dataset: { name: 'street', path: path.join(demo, 'data', 'street'), labels: 'folders', limit: 18 },
      attack: 'ifgsm',
      epsilons: [8 / 255],
      quantize: true,
      audit: true,
      ...given,
    });
    const { signal } = new AbortController();
    return runTest({ plan, folder: run }, { models, location: 'process', signal, onProgress() {} });
  }

  it('tries examples of the other models of the test, and flags an attack that finds less than they do', async () => {
    const parameters = { steps: 1, stepSize: 1 / 255 };
    const {
      findings = [],
      status,
      message,
    } = await audited({ model: await sureSigns(12), siblings: [signs], parameters, expect: { robustAccuracy: [0] } });
    assert.equal(status, 'errored', 'what is flagged does not pass');
    assert.match(message ?? '', /The expectations were met, but the audit questions this result/);
    const found = findings.map(({ check }) => check);
    assert.ok(found.includes('transfer-stronger'), found.join());
    assert.match(findings.map(({ message }) => message).join(), /examples of another model fool/);
  });

  it('finds neither where gradients are what they should be', async () => {
    const { findings, notChecked } = await audited({ model: signs, siblings: [signs] });
    const found = findings?.map(({ check }) => check) ?? assert.fail();
    assert.ok(!notChecked?.some(({ check }) => check === 'transfer-stronger'), 'there is a surrogate');
    assert.ok(!found.includes('zero-gradients') && !found.includes('transfer-stronger'), found.join());
  });

  it('leaves the verdict as it is when a surrogate cannot be opened', async () => {
    const siblings = [{ ...signs, path: folder.at('nowhere', 'model.json') }];
    const { status, warnings, findings } = await audited({ model: signs, siblings });
    assert.equal(status, 'measured');
    assert.equal(findings, undefined);
    assert.match(warnings.join(), /The audit could not be finished: .*there is no such model/);
  });
});
