import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { generators } from '../../../../src/defenses/generators/catalog.ts';
import { drawSamples } from '../../../../src/defenses/generators/drawSamples.ts';
import { writeGenerator } from '../../../../src/defenses/generators/generatorFiles.ts';
import { vectorToImage } from '../../../../src/defenses/generators/networks.ts';
import { openGenerator } from '../../../../src/defenses/generators/openGenerator.ts';
import { trainGenerator } from '../../../../src/defenses/generators/trainGenerator.ts';
import type { GeneratorPlan } from '../../../../src/defenses/plan.ts';
import { ModelCache } from '../../../../src/jobs/modelCache.ts';
import { runTest } from '../../../../src/jobs/runTest.ts';
import { readModel } from '../../../../src/models/onnx/graph/readModel.ts';
import { startRuntime } from '../../../../src/models/onnx/session/runtime.ts';
import { openModel } from '../../../../src/models/open.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { planOf } from '../../../support/plans.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { suiteFolder } from '../../../support/suiteFolder.ts';
import { writeToyWorkspace } from '../../../support/toyWorkspace.ts';
import { toySet, toyShape } from '../../../support/trainingToys.ts';

const epsilon = 0.4;

describe('training a generator', () => {
  const folder = suiteFolder();
  const models = new ModelCache();
  const { signal } = new AbortController();
  let toys: Awaited<ReturnType<typeof writeToyWorkspace>>;

  const plan = (change: Partial<GeneratorPlan> = {}): GeneratorPlan => ({
    name: 'mine',
    kind: 'advgan',
    ...toys,
    path: folder.at('mine'),
    preset: 'quick',
    parameters: { epsilon, epochs: 20, batchSize: 8, learningRate: 0.01 },
    seed: 3,
    origin: { file: 'settings.json', line: 1 },
    ...change,
  });
  const train = (change: Partial<GeneratorPlan> = {}) => trainGenerator(plan(change), { signal, onProgress: () => {} });

  before(async () => {
    await mkdir(folder.at(), { recursive: true });
    toys = await writeToyWorkspace(folder.at());
    await train();
  });

  const tested = async (change: object = {}) => {
    const run = folder.at(`run-${Math.random()}`);
    await mkdir(run, { recursive: true });
    const test = planOf({
      ...toys,
      attack: 'advgan',
      parameters: { generator: folder.at('mine') },
      epsilons: [epsilon],
      quantize: true,
      audit: false,
      expect: { robustAccuracy: [0] },
      ...change,
    });
    return runTest({ plan: test, folder: run }, { models, location: 'process', signal, onProgress: () => {} });
  };

  it('writes what fools the model in one pass, and a test with it asks one question an image', async () => {
    assert.deepEqual((await readdir(folder.at('mine'))).sort(), [
      '.perturb-folder.json',
      'card.json',
      'card.md',
      'generator.onnx',
      'model.json',
      'weights.bin',
    ]);
    const report = await tested();
    assert.equal(report.status, 'passed', report.message);
    const { counts, successRate } = report.rounds[0]?.metrics ?? assert.fail();
    assert.ok(successRate > 0.5, `it fools ${successRate} of the images`);
    assert.deepEqual(report.queries, { points: counts.eligible, gradients: 0 });
    assert.equal(report.generator?.name, 'mine');
    const narrow = await tested({ epsilons: [0.05] });
    assert.ok((narrow.rounds[0]?.metrics.successRate ?? 1) <= successRate, 'it stays within the budget of the test');
    assert.match((await tested({ epsilons: [0.6] })).warnings.join(), /trained for a budget of 0\.4/);
  });

  it('writes an ONNX file that makes the same perturbations', async () => {
    const { classifier, sha256 } = await openModel(toys.model);
    const generator = await openGenerator(folder.at('mine'), { classifier, sha256 }, undefined, {});
    const session = await (await startRuntime()).open(await readModel(folder.at('mine', 'generator.onnx')));
    for (const image of toySet(4, 8).images) {
      const input = { type: 'float32', dims: [1, 1, 8, 8], data: image };
      const outputs = await session.run({ image: input });
      const change = outputs.change?.data as unknown as Float32Array;
      const generated = await generator.generate(image);
      for (const [i, value] of generated.entries()) {
        const expected = Math.min(1, Math.max(0, (image[i] as number) + (change[i] as number)));
        assert.ok(Math.abs(value - expected) < 1e-5, `value ${i} is ${value} instead of ${expected}`);
        assert.ok(Math.abs(value - (image[i] as number)) <= epsilon + 1e-6, `value ${i} leaves the budget`);
      }
    }
    await session.close();
    generator.dispose();
    classifier.dispose();
  });

  it('is refused for another model, another target, and where its files are not its own', async () => {
    const other = await writeToyWorkspace(folder.at('others'), 8);
    await writeFile(other.model.path, `${await readFile(other.model.path, 'utf8')}\n`);
    assert.match((await tested({ model: other.model })).message, /was made for another model: "toy"/);
    assert.match((await tested({ target: 'top', expect: { successRate: [1] } })).message, /made for any wrong class/);
    assert.match((await tested({ parameters: { generator: folder.at('nothing') } })).message, /Train Generator…/);
    const card = JSON.parse(await readFile(folder.at('mine', 'card.json'), 'utf8'));
    for (const [changed, expected] of [
      [{ ...card, input: { ...card.input, width: 9 } }, /takes images of 9 × 8 pixels/],
      [{ ...card, kind: 'unknown' }, /makes something else/],
      [{ ...card, sha256: 'other' }, /not those that card\.json describes/],
      [{ ...card, original: 3 }, /not the card of a generator/],
    ] as const) {
      const into = folder.at(`changed-${Math.random()}`);
      await mkdir(into);
      for (const name of ['model.json', 'weights.bin']) {
        await writeFile(path.join(into, name), await readFile(folder.at('mine', name)));
      }
      await writeFile(path.join(into, 'card.json'), JSON.stringify(changed));
      assert.match((await tested({ parameters: { generator: into } })).message, expected);
    }
  });

  it('aims for a target, and follows a surrogate in place of the model', async () => {
    const short = { epsilon, epochs: 2, batchSize: 8 };
    const report = await train({
      path: folder.at('aimed'),
      target: 'top',
      surrogate: { ...toys.model, name: 'stand-in' },
      parameters: short,
    });
    const card = JSON.parse(await readFile(report.card, 'utf8'));
    assert.deepEqual([card.target, card.surrogate.name, card.original.name], ['top', 'stand-in', 'toy']);
    await rejectsWith(train({ path: folder.at('lost'), target: 'left' }), 'none of the classes', 'top, middle, bottom');
  });

  it('draws samples of each class, which the model judges', async () => {
    const sheets: string[] = [];
    const drawing = { name: 'artist', kind: 'dcgan', path: folder.at('artist') };
    const short = { latent: 4, epochs: 2, batchSize: 8, learningRate: 0.002 };
    const report = await trainGenerator(plan({ ...drawing, parameters: short }), {
      signal,
      onProgress: ({ samples }) => samples !== undefined && sheets.push(samples),
    });
    assert.ok((report.recognized ?? -1) >= 0 && (report.diversity ?? -1) >= 0, 'samples are measured');
    assert.deepEqual([report.cleanAccuracy, report.robustAccuracy], [undefined, undefined]);
    // One before the first epoch, and one after each; the last is the one in the folder.
    assert.equal(sheets.length, 3);
    const sheet = await readFile(report.samples ?? '');
    assert.equal(sheets.at(-1), `data:image/png;base64,${sheet.toString('base64')}`);
    const { width, height } = await sharp(sheet).metadata();
    assert.deepEqual([width, height], [10 * 10 - 2, 3 * 10 - 2]);
    const session = await (await startRuntime()).open(await readModel(report.onnx));
    const { samples } = await session.run({
      image: { type: 'float32', dims: [1, 7], data: Float32Array.of(1, -1, 0.5, 0, 0, 1, 0) },
    });
    assert.deepEqual(samples?.dims, [1, 64]);
    await session.close();
    const opened = await openModel(toys.model, {});
    const drawn = await drawSamples(folder.at('artist'), opened, 0, {});
    assert.deepEqual(
      drawn.map((pixels) => [pixels.length, pixels.every((value) => value > 0 && value < 1)]),
      [0, 1, 2].map(() => [64, true]),
    );
    assert.deepEqual(await drawSamples(folder.at('artist'), opened, 0, {}), drawn);
    assert.notDeepEqual(await drawSamples(folder.at('artist'), opened, 1, {}), drawn);
    await rejectsWith(
      drawSamples(folder.at('artist'), { ...opened, sha256: 'other' }, 0, {}),
      'made for another model',
    );
    opened.classifier.dispose();
    assert.match((await tested({ parameters: { generator: folder.at('artist') } })).message, /makes something else/);
  });

  it('says where its samples are all alike', async () => {
    const definition = generators.get('dcgan') ?? assert.fail();
    const facts = (diversity: number) => ({
      plan: plan({ kind: 'dcgan', path: folder.at(`diversity-${diversity}`) }),
      definition,
      parameters: completeParameters(definition, {}, 'quick'),
      original: { name: 'toy', path: toys.model.path, sha256: '' },
      input: toyShape,
      generator: vectorToImage(3, toyShape),
      played: { points: [{ epoch: 1, recognized: 1, diversity }], seconds: 1 },
      training: { path: '', images: 1, sha256: '' },
      validation: 1,
      engine: '',
    });
    assert.deepEqual((await writeGenerator(facts(0.9))).warnings, []);
    assert.match((await writeGenerator(facts(0.1))).warnings.join(), /has collapsed: .* only 0\.10 times/);
  });

  it('says what is wrong with its images and its model', async () => {
    await cp(folder.at('images', 'top'), folder.at('alone', 'top'), { recursive: true });
    const dataset = { ...toys.dataset, path: folder.at('alone') };
    await rejectsWith(train({ path: folder.at('one'), dataset }), /all images are of one class/);
    const unlabeled = { ...toys.dataset, labels: 'predictions' as const };
    await rejectsWith(train({ path: folder.at('unlabeled'), dataset: unlabeled }), 'useless for training');
    await rejectsWith(train({ path: folder.at('images') }), 'other files');
  });
});
