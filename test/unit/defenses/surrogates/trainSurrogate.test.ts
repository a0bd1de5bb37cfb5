import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { levelOf, valueAt } from '../../../../src/data/grid.ts';
import { writePng } from '../../../../src/data/writeImage.ts';
import type { SurrogatePlan } from '../../../../src/defenses/plan.ts';
import type { TrainingProgress } from '../../../../src/defenses/progress.ts';
import { trainSurrogate } from '../../../../src/defenses/surrogates/trainSurrogate.ts';
import { train } from '../../../../src/defenses/training/trainer.ts';
import { openModel } from '../../../../src/models/open.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { registerTrainingGradients } from '../../../../src/models/tfjs/training/trainingGradients.ts';
import { writeLayersModel } from '../../../../src/models/tfjs/training/writeLayersModel.ts';
import { judgeAll, victimOf } from '../../../../src/runner/victim.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { toyModel, toySet, toyShape, toyTask } from '../../../support/trainingToys.ts';

const classes = ['top', 'middle', 'bottom'];

describe('training a surrogate', () => {
  const folder = temporaryFolder();
  let weights: Buffer[] = [];

  before(async () => {
    await startTensorFlow();
    registerTrainingGradients();
  });

  beforeEach(async () => {
    if (weights.length === 0) {
      const model = toyModel();
      const { network } = await train(toyTask(folder.at('scratch'), { parameters: { epsilon: 0.02, epochs: 6 } }));
      model.setWeights(network.getWeights());
      const file = await writeLayersModel(model, folder.at('made'));
      weights = await Promise.all([file, path.join(folder.at('made'), 'weights.bin')].map((name) => readFile(name)));
    }
    await folder.write('model/model.json', weights[0] as Buffer);
    await folder.write('model/weights.bin', weights[1] as Buffer);
    await folder.write('labels.txt', `${classes.join('\n')}\n`);
    const { images, labels } = toySet(40);
    for (const [i, image] of images.entries()) {
      const into = folder.at('images', classes[labels[i] as number] as string);
      await mkdir(into, { recursive: true });
      const onGrid = image.map((value) => valueAt(levelOf(value)));
      await writePng(path.join(into, `${i}.png`), onGrid, toyShape);
    }
  });

  const plan = (change: Partial<SurrogatePlan> = {}): SurrogatePlan => ({
    name: 'mine',
    kind: 'answers',
    model: { name: 'toy', path: folder.at('model/model.json'), labels: folder.at('labels.txt') },
    dataset: { name: 'images', path: folder.at('images'), labels: 'predictions' },
    path: folder.at('mine'),
    preset: 'quick',
    parameters: { epochs: 6, rounds: 1, batchSize: 8, learningRate: 0.02 },
    seed: 3,
    origin: { file: 'settings.json', line: 1 },
    ...change,
  });

  const run = (
    change: Partial<SurrogatePlan> = {},
    onProgress: (progress: TrainingProgress) => void = () => {},
    signal = new AbortController().signal,
  ) => trainSurrogate(plan(change), { signal, onProgress });

  it('learns the answers of the model about images and where they are moved to, and writes what it is', async () => {
    const phases = new Set<string>();
    const report = await run({}, ({ phase }) => phases.add(phase));
    assert.deepEqual((await readdir(folder.at('mine'))).sort(), [
      '.perturb-folder.json',
      'card.json',
      'card.md',
      'labels.txt',
      'model.json',
      'model.onnx',
      'weights.bin',
    ]);
    assert.deepEqual([...phases].sort(), ['asking', 'loading', 'measuring', 'training']);
    // Four to measure on, 36 to train on, and these again where they were moved to.
    assert.deepEqual([report.validation, report.images, report.queries], [4, 72, 76]);
    assert.equal(report.points.at(-1)?.epoch, 12);
    assert.ok(
      report.points.every((point) => !('robustAccuracy' in point)),
      'nothing is said of robustness',
    );
    const [own, its] = await Promise.all(
      [report.model, folder.at('model/model.json')].map(async (file) => {
        const { classifier } = await openModel({ name: '', path: file, labels: folder.at('labels.txt') });
        return judgeAll(victimOf(classifier), toySet(60, 9).images, (image) => image);
      }),
    );
    const alike = own?.filter(({ decision }, i) => decision === its?.[i]?.decision).length ?? 0;
    assert.ok(alike > 40, `it answers ${alike} of 60 images as the model does`);
    assert.match(await readFile(folder.at('mine', 'card.md'), 'utf8'), /asked 76 times/);
    assert.equal(JSON.parse(await readFile(report.card, 'utf8')).queries, 76);
  });

  it('comes to the same where it was interrupted in any round', async () => {
    const whole = await run();
    const expected = await readFile(folder.at('mine', 'weights.bin'));
    for (const stop of [3, 30]) {
      const interrupt = new AbortController();
      let steps = 0;
      const change = { path: folder.at(`stopped-${stop}`) };
      const onProgress = ({ phase }: TrainingProgress) => {
        if (phase === 'training' && ++steps === stop) interrupt.abort(new Error('stop'));
      };
      await assert.rejects(run(change, onProgress, interrupt.signal), /stop/);
      assert.ok(existsSync(path.join(change.path, 'checkpoint')), 'there is a checkpoint');
      const { queries, agreement } = await run(change);
      assert.deepEqual([queries, agreement], [whole.queries, whole.agreement]);
      assert.deepEqual(await readFile(path.join(change.path, 'weights.bin')), expected);
    }
  });

  it('asks the model nothing where it learns from labels', async () => {
    const labeled = { kind: 'labeled', dataset: { ...plan().dataset, labels: 'folders' as const } };
    const report = await run({ ...labeled, parameters: { epochs: 6, batchSize: 8, learningRate: 0.02 } });
    assert.deepEqual([report.queries, report.images], [0, 36]);
    assert.match(await readFile(folder.at('mine', 'card.md'), 'utf8'), /% of 4 validation images as labeled/);
  });

  it('has the layers of another model, and none of its weights', async () => {
    const architecture = plan().model;
    const { model } = await run({ architecture, parameters: { epochs: 1, rounds: 0, batchSize: 8 } });
    const topology = async (file: string) => JSON.parse(await readFile(file, 'utf8')).modelTopology;
    assert.deepEqual(await topology(model), await topology(architecture.path));
    assert.notDeepEqual(await readFile(folder.at('mine', 'weights.bin')), weights[1]);
  });

  it('says what is wrong with its images, its layers, and its folder', async () => {
    const unlabeled = { kind: 'labeled', parameters: {} };
    await rejectsWith(run(unlabeled), 'the images have no labels', 'kind "answers"');
    const one = { ...plan().dataset, path: folder.at('images', 'top') };
    await rejectsWith(run({ dataset: one }), /all images are of one class, "/);
    await writeFile(folder.at('net.onnx'), '');
    const onnx = { name: 'net', path: folder.at('net.onnx') };
    await rejectsWith(run({ architecture: onnx, path: folder.at('other') }), 'cannot be trained here');
    await mkdir(folder.at('theirs'));
    await writeFile(folder.at('theirs', 'thesis.txt'), 'mine');
    await rejectsWith(run({ path: folder.at('theirs') }), /thesis\.txt/);
  });

  it('goes on with no other training than its own', async () => {
    const interrupt = new AbortController();
    const stop = ({ phase }: TrainingProgress) => phase === 'training' && interrupt.abort(new Error('stop'));
    await assert.rejects(run({}, stop, interrupt.signal), /stop/);
    await rejectsWith(run({ seed: 4 }), 'holds a training that was started with a different seed');
  });
});
