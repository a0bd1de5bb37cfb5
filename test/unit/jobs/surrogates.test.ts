import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { levelOf, valueAt } from '../../../src/data/grid.ts';
import { writePng } from '../../../src/data/writeImage.ts';
import { estimate } from '../../../src/jobs/estimate.ts';
import { ModelCache } from '../../../src/jobs/modelCache.ts';
import { runTest } from '../../../src/jobs/runTest.ts';
import { argmax } from '../../../src/models/functional.ts';
import { writeModel } from '../../../src/models/onnx/graph/writeModel.ts';
import type { ModelSource } from '../../../src/models/source.ts';
import { type ModelSketch, makeModel, noise } from '../../support/onnx/makeModel.ts';
import { type PlanChoice, planOf } from '../../support/plans.ts';
import { readLines } from '../../support/readRun.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const names = ['a', 'b', 'c', 'd'];
const own = noise(48 * 4);
/** Like the model's weights, but for some noise. */
const similar = own.map((value, i) => value + 0.3 * Math.sin(i));

/** Scores W x of images of 4 × 4, with what a model has to be different about it. */
function linear(weights: ArrayLike<number>, change: Partial<ModelSketch> & { classes?: readonly string[] } = {}) {
  const { classes = names, nodes, ...rest } = change;
  const dims = [weights.length / classes.length, classes.length];
  return makeModel({
    input: { dims: ['batch', 3, 4, 4] },
    constants: { w: { dims, values: weights }, v: { dims: [3, 4], values: new Float32Array(12).fill(0.001) } },
    nodes: nodes ?? [
      { operator: 'Flatten', inputs: ['image'], outputs: ['flat'] },
      { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
    ],
    metadata: { names: JSON.stringify(classes) },
    ...rest,
  });
}

/** The determinant of each channel has no derivative here. */
const opaque = [
  { operator: 'Flatten', inputs: ['image'], outputs: ['flat'] },
  { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['product'] },
  { operator: 'Det', inputs: ['image'], outputs: ['determinants'] },
  { operator: 'MatMul', inputs: ['determinants', 'v'], outputs: ['little'] },
  { operator: 'Add', inputs: ['product', 'little'], outputs: ['scores'] },
] as const;

describe('a test with surrogates', () => {
  const folder = suiteFolder();
  const models = new ModelCache();
  const source = (name: string): ModelSource => ({ name, path: folder.at(`${name}.onnx`) });

  before(async () => {
    const files = {
      model: linear(own),
      similar: linear(similar),
      cousin: linear(own.map((value, i) => value + 0.3 * Math.cos(i))),
      sealed: linear(own, { nodes: opaque }),
      large: linear(noise(75 * 4), { input: { dims: ['batch', 3, 5, 5] } }),
      few: linear(noise(48 * 3), { classes: ['a', 'b', 'c'] }),
      other: linear(own, { classes: ['a', 'b', 'd', 'c'] }),
      guessing: linear(own.map((value) => -value)),
    };
    await mkdir(folder.at(), { recursive: true });
    for (const [name, model] of Object.entries(files)) await writeFile(source(name).path, writeModel(model));
    await writeFile(folder.at('broken.onnx'), 'no model');
    const pixels = noise(24 * 48);
    for (let i = 0; i < 24; i++) {
      const image = pixels.slice(48 * i, 48 * (i + 1)).map((value) => valueAt(levelOf(Math.abs(value) % 1)));
      const flat = Array.from(image, (_, k) => image[(k % 16) * 3 + Math.floor(k / 16)] as number);
      const scores = names.map((_, c) => flat.reduce((sum, value, k) => sum + value * (own[4 * k + c] as number), 0));
      const into = folder.at('images', names[argmax(scores)] as string);
      await mkdir(into, { recursive: true });
      await writePng(path.join(into, `${i}.png`), Float32Array.from(image), { height: 4, width: 4, channels: 3 });
    }
  });

  const { signal } = new AbortController();

  async function tested(change: PlanChoice & Pick<ReturnType<typeof planOf>, 'surrogates'>) {
    const run = folder.at(`run-${Math.random()}`);
    await mkdir(run, { recursive: true });
    const plan = planOf({
      model: source('model'),
      dataset: { name: 'images', path: folder.at('images'), labels: 'folders' },
      attack: 'transfer',
      parameters: { method: 'mi' },
      epsilons: [32 / 255],
      quantize: true,
      audit: false,
      expect: { robustAccuracy: [0] },
      ...change,
    });
    const report = await runTest({ plan, folder: run }, { models, location: 'process', signal, onProgress() {} });
    return { plan, report, lines: await readLines(run).catch(() => []) };
  }

  for (const chosen of [['similar'], ['similar', 'cousin']] as const) {
    it(`crafts on ${chosen.join(' and ')}, and reports what fools the model, white-box PGD beside it`, async () => {
      const surrogates = chosen.map(source) as unknown as [ModelSource];
      const { plan, report, lines } = await tested({ surrogates });
      assert.equal(report.status, 'passed', report.message);
      assert.deepEqual(
        report.surrogates?.map(({ name, sha256 }) => [name, sha256?.length]),
        chosen.map((name) => [name, 64]),
      );
      const { transfer, metrics } = report.rounds[0] ?? assert.fail();
      const { eligible, fooled } = metrics.counts;
      assert.equal(eligible, 24);
      const strongest = transfer?.whiteBox?.metrics.counts.fooled ?? 0;
      assert.ok(fooled > 0.5 * strongest && fooled <= strongest, `${fooled} of ${eligible}, and ${strongest}`);
      assert.deepEqual(report.queries, { points: 24, gradients: 0 });
      assert.deepEqual(transfer?.queries, { points: 24 * 20, gradients: 24 * 10 });
      for (const { queries } of lines) assert.deepEqual(queries, { points: 1, gradients: 0 });
      const expected = await estimate(plan, { models, location: 'process', signal, onProgress() {} });
      assert.ok(expected.images === 24 && expected.seconds > 0, 'it can be estimated');
    });
  }

  it('has no white-box result of a model without gradients, and needs none', async () => {
    const { report } = await tested({ model: source('sealed'), surrogates: [source('similar')] });
    assert.equal(report.status, 'passed', report.message);
    assert.ok((report.metrics?.counts.fooled ?? 0) > 0, 'it fools the model');
    assert.equal(report.rounds[0]?.transfer?.whiteBox, undefined);
  });

  it('crafts with any attack that follows gradients', async () => {
    for (const attack of ['apgd', 'deepfool', 'auto']) {
      const norm = attack === 'deepfool' ? 'l2' : 'linf';
      const { report } = await tested({ attack, norm, parameters: {}, surrogates: [source('similar')] });
      assert.equal(report.status, 'passed', report.message);
      assert.ok((report.rounds[0]?.transfer?.fooledSurrogate ?? 0) > 20, attack);
    }
  });

  const wrong = {
    broken: /^The surrogate "broken" cannot be opened\. .*broken\.onnx/,
    sealed: /^The surrogate "sealed" gives no gradients: .*Det.*\. Use another "surrogate"/,
    large: /^The surrogate "large" takes images of 5 × 5 pixels with 3 channels, and the model images of 4 × 4 pixels/,
    few: /^The surrogate "few" has 3 classes, and the model 4\./,
    other: /^Class 2 of the surrogate "other" is "d", and that of the model "c"\./,
    guessing: /^The surrogate is not clearly better than guessing: it classifies 0 of the 24 attacked images/,
    missing: /^The surrogate "missing" cannot be opened\. .*missing\.onnx/,
  };
  for (const [name, message] of Object.entries(wrong)) {
    it(`is errored where the surrogate is ${name}`, async () => {
      const { report } = await tested({ surrogates: [source(name)] });
      assert.equal(report.status, 'errored');
      assert.match(report.message, message);
    });
  }
});
