import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { levelOf, valueAt } from '../../../../src/data/grid.ts';
import { readNpz } from '../../../../src/data/npz.ts';
import { readImage } from '../../../../src/data/readImage.ts';
import { writePng } from '../../../../src/data/writeImage.ts';
import { craftExamples } from '../../../../src/defenses/crafting/craftExamples.ts';
import { openDetector } from '../../../../src/defenses/detectors/detectorFile.ts';
import type { DefensePlan } from '../../../../src/defenses/plan.ts';
import type { TrainingProgress } from '../../../../src/defenses/progress.ts';
import type { DefenseCard } from '../../../../src/defenses/training/card.ts';
import { trainDefense } from '../../../../src/defenses/training/trainDefense.ts';
import { train } from '../../../../src/defenses/training/trainer.ts';
import { isDifferentiable } from '../../../../src/models/classifier.ts';
import { argmax } from '../../../../src/models/functional.ts';
import { openModel } from '../../../../src/models/open.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { registerTrainingGradients } from '../../../../src/models/tfjs/training/trainingGradients.ts';
import { writeLayersModel } from '../../../../src/models/tfjs/training/writeLayersModel.ts';
import type { Preset } from '../../../../src/parameters/parameter.ts';
import { configureAttack, definitionOf } from '../../../../src/runner/configuredAttack.ts';
import { victimOf } from '../../../../src/runner/victim.ts';
import { UserError } from '../../../../src/userError.ts';
import { openOnTensorFlow } from '../../../support/openOnTensorFlow.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { toyModel, toySet, toyShape, toyTask } from '../../../support/trainingToys.ts';

const classes = ['top', 'middle', 'bottom'];

describe('hardening a model', () => {
  const folder = temporaryFolder();
  let model = '';
  let weights: Buffer[] = [];

  /** A model that knows its classes, trained once. */
  before(async () => {
    await startTensorFlow();
    registerTrainingGradients();
  });
  beforeEach(async () => {
    const network = toyModel();
    if (weights.length === 0) {
      const scratch = toyTask(folder.at('scratch'), { parameters: { epsilon: 0.02, epochs: 5 } });
      const { network: trained } = await train(scratch);
      network.setWeights(trained.getWeights());
      const file = await writeLayersModel(network, folder.at('made'));
      weights = await Promise.all([file, path.join(folder.at('made'), 'weights.bin')].map((name) => readFile(name)));
    }
    model = await folder.write('model/model.json', weights[0] as Buffer);
    await folder.write('model/weights.bin', weights[1] as Buffer);
    await folder.write('labels.txt', `${classes.join('\n')}\n`);
    await writeImages('images', 40);
  });

  async function writeImages(name: string, count: number, names: readonly string[] = classes): Promise<void> {
    const { images, labels } = toySet(count);
    for (const [i, image] of images.entries()) {
      const into = folder.at(name, names[labels[i] as number] as string);
      await mkdir(into, { recursive: true });
      await writePng(
        path.join(into, `${i}.png`),
        image.map((value) => valueAt(levelOf(value))),
        toyShape,
      );
    }
  }

  function plan(change: Partial<DefensePlan> = {}): DefensePlan {
    return {
      name: 'hard',
      kind: 'fast',
      model: { name: 'toy', path: model, labels: folder.at('labels.txt') },
      dataset: { name: 'images', path: folder.at('images'), labels: 'folders' },
      path: folder.at('hard'),
      preset: 'quick',
      parameters: { epsilon: '10/255', epochs: 2, batchSize: 8, learningRate: 0.005 },
      seed: 3,
      origin: { file: 'settings.json', line: 1 },
      ...change,
    };
  }

  const run = (change: Partial<DefensePlan> = {}, onProgress: (progress: TrainingProgress) => void = () => {}) =>
    trainDefense(plan(change), { signal: new AbortController().signal, onProgress });

  const refused = (change: Partial<DefensePlan>, words: RegExp) =>
    assert.rejects(
      run(change),
      (error) => (error instanceof UserError && words.test(error.message)) || assert.fail(String(error)),
    );

  it('writes a model, the same as ONNX, labels and a card, and leaves the original as it was', async () => {
    const phases = new Set<string>();
    const report = await run({}, ({ phase, name }) => phases.add(`${name} ${phase}`));
    assert.deepEqual((await readdir(folder.at('hard'))).sort(), [
      '.perturb-folder.json',
      'card.json',
      'card.md',
      'labels.txt',
      'model.json',
      'model.onnx',
      'weights.bin',
    ]);
    assert.deepEqual(await readFile(model), weights[0]);
    assert.deepEqual(await readFile(path.join(path.dirname(model), 'weights.bin')), weights[1]);
    assert.notDeepEqual(await readFile(folder.at('hard', 'weights.bin')), weights[1]);
    assert.deepEqual([...phases], ['hard loading', 'hard measuring', 'hard training']);

    const original = JSON.parse(String(weights[0])) as { modelTopology: unknown };
    const hardened = JSON.parse(await readFile(report.model, 'utf8')) as { modelTopology: unknown };
    assert.deepEqual(hardened.modelTopology, original.modelTopology);

    const batch = toySet(6, 9).images;
    const onTensorFlow = await openOnTensorFlow(report.model);
    const { classifier: onOnnx } = await openModel({ name: '', path: report.onnx as string });
    assert.deepEqual(onOnnx.classes, classes);
    const [expected, found] = [await onTensorFlow.logits(batch), await onOnnx.logits(batch)];
    for (const [i, row] of expected.entries()) {
      for (const [k, value] of row.entries()) assert.ok(Math.abs(value - (found[i]?.[k] as number)) < 1e-4);
    }
    for (const opened of [onTensorFlow, onOnnx]) opened.dispose();

    const card = JSON.parse(await readFile(report.card, 'utf8')) as DefenseCard;
    const hash = createHash('sha256');
    for (const bytes of weights) hash.update(bytes);
    assert.equal(card.original.sha256, hash.digest('hex'));
    assert.equal(card.training.images, 36);
    assert.equal(card.validation.images, 4);
    assert.equal(card.preset, 'quick');
    assert.equal(card.parameters.epsilon, 10 / 255);
    assert.equal(card.parameters.stepSize, 1.25);
    assert.deepEqual(card.after, report.after);
    assert.deepEqual(card.points, report.points);
    assert.match(await readFile(folder.at('hard', 'card.md'), 'utf8'), /What it does not protect against/);
  });

  it('goes on after it was cancelled, and ends the same', async () => {
    const stop = new AbortController();
    const cancelled = trainDefense(plan(), {
      signal: stop.signal,
      onProgress: ({ step }) => step === 3 && stop.abort(),
    });
    await assert.rejects(cancelled, { name: 'AbortError' });
    await refused({ seed: 4 }, /checkpoint holds a training that was started with a different seed/);
    const steps: number[] = [];
    const resumed = await run({}, ({ phase, step }) => phase === 'training' && steps.push(step));
    assert.equal(steps[0], 4);
    const whole = await run({ path: folder.at('whole') });
    assert.deepEqual(
      await readFile(folder.at('hard', 'weights.bin')),
      await readFile(folder.at('whole', 'weights.bin')),
    );
    assert.deepEqual(resumed.points, whole.points);
  });

  it('learns from a stored set, which it exports', async () => {
    const report = await run({ kind: 'examples', parameters: { ...plan().parameters, epsilon: '60/255' } });
    const examples = folder.at('hard', 'examples');
    const { images, labels, attacks } = await readNpz(path.join(examples, 'examples.npz'));
    const count = labels?.shape[0] as number;
    assert.ok(count > 0);
    assert.deepEqual(images?.shape, [count, 8, 8, 1]);
    assert.deepEqual(attacks?.shape, [count]);
    const { training } = JSON.parse(await readFile(report.card, 'utf8')) as DefenseCard;
    assert.equal(training.trainedOn, training.images + count);

    // Each fools the given model, under its true label, and the image is what the archive has.
    const given = await openOnTensorFlow(model);
    let files = 0;
    for (const [label, name] of classes.entries()) {
      for (const file of await readdir(path.join(examples, 'images', name)).catch(() => [])) {
        files++;
        assert.match(file, /^\d+-(fgsm|pgd)\.png$/);
        const { pixels } = await readImage(path.join(examples, 'images', name, file), toyShape);
        const [logits] = await given.logits([pixels]);
        assert.notEqual(argmax(logits as Float32Array), label);
        const isThis = (_: unknown, i: number) =>
          pixels.every((value, k) => levelOf(value) === images?.data[i * 64 + k]);
        const place = Array.from({ length: count }).findIndex(isThis);
        assert.equal(labels?.data[place], label);
      }
    }
    assert.equal(files, count);
    given.dispose();
  });

  it('crafts, for any model, only from what is right, and only what is then wrong', async () => {
    const classifier = await openOnTensorFlow(model);
    const { images, labels } = toySet(12, 5);
    // The last is labeled wrong.
    const known = images.map((pixels, i) => ({
      pixels: pixels.map((value) => valueAt(levelOf(value))),
      label: i === 11 ? ((labels[i] as number) + 1) % 3 : (labels[i] as number),
      sha256: String(i),
    }));
    const rows = await classifier.logits(known.map(({ pixels }) => pixels));
    const right = known.flatMap(({ label }, i) => (argmax(rows[i] as Float32Array) === label ? [i] : []));
    const parameters = { steps: 5, restarts: 1 };
    const choice = { norm: 'linf', epsilon: 0.3, preset: 'quick', parameters, quantize: true } as const;
    const attacks = [configureAttack(definitionOf('pgd'), choice)];
    const done: number[] = [];
    const crafted = await craftExamples(victimOf(classifier), known, attacks, {
      seed: 1,
      onProgress: (count, total) => {
        assert.equal(total, right.length);
        done.push(count);
      },
    });
    assert.equal(done.at(-1), right.length);
    assert.ok(crafted.length > 0);
    for (const { pixels, label, original, attack, norm, epsilon } of crafted) {
      assert.ok(right.includes(original));
      assert.equal(label, known[original]?.label);
      assert.deepEqual({ attack, norm, epsilon }, { attack: 'pgd', norm: 'linf', epsilon: 0.3 });
      const [logits] = await classifier.logits([pixels]);
      assert.notEqual(argmax(logits as Float32Array), label);
      for (const [k, value] of pixels.entries()) {
        assert.ok(Math.abs(value - (known[original]?.pixels[k] as number)) <= 0.3 + 1e-6);
      }
    }
    classifier.dispose();
  });

  it('crafts with the parameters of the preset that is asked for', async () => {
    const classifier = await openOnTensorFlow(model);
    const { images, labels } = toySet(3, 5);
    const known = images.map((pixels, i) => ({ pixels, label: labels[i] as number, sha256: String(i) }));
    const craftedWith = async (preset: Preset, parameters = {}) => {
      const choice = { norm: 'l2', preset, parameters, quantize: true } as const;
      const attack = configureAttack(definitionOf('fab'), choice);
      const crafted = await craftExamples(victimOf(classifier), known, [attack], { seed: 1 });
      return crafted.map(({ pixels }) => pixels);
    };
    const [quick, paper] = [await craftedWith('quick'), await craftedWith('paper')];
    assert.deepEqual(paper, await craftedWith('quick', { steps: 100, form: 'all-classes' }));
    assert.notDeepEqual(paper, quick);
    classifier.dispose();
  });

  it('refuses to overwrite the original, or another model', async () => {
    await refused({ path: path.dirname(model) }, /the folder of the model itself.*Choose another/);
    await mkdir(folder.at('foreign'));
    await copyFile(model, folder.at('foreign', 'model.json'));
    await refused({ path: folder.at('foreign') }, /holds other files \(model\.json\).*Choose a new or an empty folder/);
    await mkdir(folder.at('another', 'checkpoint'), { recursive: true });
    await writeFile(folder.at('another', 'labels.txt'), 'mine');
    await refused({ path: folder.at('another') }, /holds other files \(checkpoint, labels\.txt\)/);
    assert.deepEqual((await readdir(folder.at('another'))).sort(), ['checkpoint', 'labels.txt']);
  });

  it('refuses images that it cannot learn from', async () => {
    const dataset = (name: string) => ({ name, path: folder.at(name), labels: 'folders' as const });
    await writeImages('one', 12, ['top', 'top', 'top']);
    await refused({ dataset: dataset('one') }, /all images are of one class, "top"/);
    await writeImages('few', 3);
    await refused({ dataset: dataset('few') }, /too few/);
    await writeImages('loose', 12, ['.', '.', '.']);
    await refused({ dataset: dataset('loose') }, /no class folders/);
    await refused({ dataset: { ...dataset('images'), labels: 'predictions' } }, /own predictions/);
    await mkdir(folder.at('empty'));
    await refused({ dataset: dataset('empty') }, /no images/);
    await refused({ dataset: dataset('images'), validation: dataset('loose') }, /no class folders/);
    const kind = 'examples';
    await writeImages('wrong', 12, ['middle', 'bottom', 'top']);
    await refused({ kind, dataset: dataset('wrong') }, /no image is eligible/);
    await refused({ kind, parameters: { epsilon: 1e-4 } }, /No attack \(fgsm, pgd\) fooled the model/);
  });

  it('makes the stored set, and nothing else, of a model in another format', async () => {
    await run();
    const onnx = { name: 'onnx', path: folder.at('hard', 'model.onnx') };
    const change = { model: onnx, path: folder.at('other') };
    await refused(change, /cannot be trained here.*"examples"/);
    const parameters = { epsilon: '80/255', attacks: ['fgsm'] };
    await refused(
      { ...change, kind: 'examples', parameters },
      /correctly labeled adversarial examples were written to/,
    );
    assert.deepEqual((await readdir(folder.at('other'))).sort(), ['.perturb-folder.json', 'examples']);
    const own = (await readdir(folder.at('other', 'examples'))).sort();
    assert.deepEqual(own, ['.perturb-folder.json', 'README.md', 'examples.npz', 'images']);
  });

  it('writes the detector that was trained with the model, bound to it', async () => {
    const report = await run({ kind: 'collaborative' });
    const { classifier, sha256 } = await openModel({ name: '', path: report.model });
    assert.ok(isDifferentiable(classifier));
    const opened = await openDetector(folder.at('hard'), classifier, sha256);
    assert.equal(opened.kind, 'collaborative');
    assert.equal((await opened.detector.score(toySet(5).images)).length, 5);
    opened.detector.dispose?.();
    classifier.dispose();
  });

  it('may replace what it made before', async () => {
    await run();
    const first = await readFile(folder.at('hard', 'weights.bin'));
    await run({ seed: 5 });
    assert.notDeepEqual(await readFile(folder.at('hard', 'weights.bin')), first);
  });
});
