import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { isOnGrid } from '../../../src/data/grid.ts';
import type { Pixels } from '../../../src/data/image.ts';
import { readImage } from '../../../src/data/readImage.ts';
import type { Prediction } from '../../../src/evaluation/example.ts';
import { distances } from '../../../src/geometry/norms.ts';
import { argmax, softmax } from '../../../src/models/functional.ts';
import { openModel } from '../../../src/models/open.ts';
import type { OpenedModel } from '../../../src/models/openedModel.ts';
import type { ExampleReport, RunReport } from '../../../src/reports/report.ts';
import { imagesOf, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, perturb } from '../../support/program.ts';
import { planned, readLines, readReport } from '../../support/readRun.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const common = { model: 'signs', dataset: 'street', expect: { robustAccuracy: 0 } };
const tests = {
  'FGSM linf': { ...common, attack: 'fgsm', epsilon: '8/255' },
  'I-FGSM l2': { ...common, attack: 'ifgsm', norm: 'l2', epsilon: 0.5 },
  'off the grid': { ...common, attack: 'ifgsm', norm: 'l2', epsilon: 0.5, quantize: false },
};

describe('adversarial images on disk', () => {
  const folder = suiteFolder();
  builtProgram();

  let model: OpenedModel;
  let report: RunReport;
  let examples: ExampleReport[] = [];
  const ofTest = (name: string) => examples.filter(({ test }) => test === `signs › ${name}`);
  const read = async (file: string) => (await readImage(file, model.classifier.input)).pixels;

  before(async () => {
    const images = [...imagesOf('children', 'speed-limit-80'), 'stop/01.png', 'yield/01.png'];
    await writeWorkspace(folder.at('workspace'), { tests, images });
    const { code } = await perturb('run', folder.at('workspace'), '--output', folder.at('run'));
    assert.equal(code, 0);
    report = await readReport(folder.at('run'));
    examples = await readLines(folder.at('run'));
    model = await openModel({
      name: 'signs',
      path: folder.at('workspace', 'models', 'signs', 'model.json'),
      labels: folder.at('workspace', 'models', 'signs', 'labels.txt'),
      preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channels: 'rgb' },
    });
  });

  /** Asserts that the model says of these pixels what is reported. */
  async function assertPredicted(pixels: Pixels, reported: Prediction | undefined): Promise<void> {
    const [logits] = await model.classifier.logits([pixels]);
    const index = argmax(logits ?? []);
    assert.equal(model.classifier.classes[index], reported?.class);
    // Batches of other sizes may be summed in another order.
    const difference = Math.abs((softmax(logits ?? [])[index] as number) - (reported?.confidence as number));
    assert.ok(difference < 1e-5, `the confidence is off by ${difference}`);
  }

  for (const [name, norm, epsilon] of [
    ['FGSM linf', 'linf', 8 / 255],
    ['I-FGSM l2', 'l2', 0.5],
  ] as const) {
    it(`${name}: give the reported prediction, confidence and norms, within the budget`, async () => {
      assert.equal(ofTest(name).length, 10);
      assert.ok(ofTest(name).some(({ status }) => status === 'fooled'));
      for (const example of ofTest(name)) {
        const original = await read(example.image);
        const adversarial = await read(folder.at('run', example.adversarialImage as string));
        assert.deepEqual(await read(folder.at('run', example.originalImage)), original);
        await assertPredicted(original, example.clean);
        await assertPredicted(adversarial, example.adversarial ?? undefined);
        assert.deepEqual(distances(original, adversarial, 3), example.norms);
        assert.ok((example.norms?.[norm] as number) <= epsilon + 1e-6);
        assert.equal(example.status === 'fooled', example.adversarial?.class !== example.label);
      }
    });
  }

  it('off the grid: exact values are kept as .npy, and both they and the image are judged', async () => {
    const list = ofTest('off the grid');
    assert.equal(list.length, 10);
    let rounded = 0;
    for (const example of list) {
      const exact = readNpy(await readFile(folder.at('run', example.adversarialArray as string)));
      const original = await read(example.image);
      assert.equal(isOnGrid(exact), false);
      await assertPredicted(exact, example.adversarial ?? undefined);
      assert.deepEqual(distances(original, exact, 3), example.norms);
      const image = await read(folder.at('run', example.adversarialImage as string));
      await assertPredicted(image, example.onGrid?.prediction);
      assert.deepEqual(distances(original, image, 3), example.onGrid?.norms);
      assert.equal(example.onGrid?.success, example.onGrid?.prediction.class !== example.label);
      if (example.status === 'fooled' && example.onGrid?.success) rounded++;
    }
    const [round] = planned(report, 'off the grid').rounds;
    const fooled = (of: (example: ExampleReport) => boolean | undefined) => list.filter(of).length / list.length;
    assert.equal(
      round?.metrics.successRate,
      fooled(({ status }) => status === 'fooled'),
    );
    assert.equal(
      round?.metricsOnGrid?.successRate,
      fooled(({ onGrid }) => onGrid?.success),
    );
    assert.ok(rounded > 0, 'no example survives rounding: these images tell nothing');
  });
});

/** The values of a NumPy file of version 1.0. */
function readNpy(bytes: Buffer): Float32Array {
  const start = 10 + bytes.readUInt16LE(8);
  assert.match(bytes.toString('latin1', 10, start), /'descr': '<f4', 'fortran_order': False, 'shape': \(32, 32, 3\)/);
  return Float32Array.from({ length: (bytes.length - start) / 4 }, (_, i) => bytes.readFloatLE(start + 4 * i));
}
