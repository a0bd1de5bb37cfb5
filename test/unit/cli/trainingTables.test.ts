import assert from 'node:assert/strict';
import { describePoint } from '../../../src/cli/progressBar.ts';
import { formatDefense, formatDetector } from '../../../src/cli/trainingTables.ts';
import type { AttackDetection, DetectorReport } from '../../../src/defenses/detectors/report.ts';

/** The cells of a table below its head. */
function cellsOf(text: string): string[][] {
  const rows = text.split('\n').filter((line) => line.startsWith('│'));
  return rows.slice(1).map((row) =>
    row
      .split('│')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the table of a detector', () => {
  const against: AttackDetection = {
    attack: 'fgsm',
    title: 'FGSM',
    norm: 'linf',
    epsilon: 8 / 255,
    seen: true,
    examples: 40,
    roc: [],
    auroc: 0.98765,
    detectedAt1: 0.9,
    detectedAt5: 0.955,
  };
  const report: DetectorReport = {
    name: 'net',
    kind: 'classifier',
    title: 'Classifier',
    file: '/out/detector.json',
    model: { name: 'signs', path: '/signs', sha256: 'abc' },
    threshold: 0.123456,
    falsePositiveRate: 0.05,
    clean: { images: 50, rejected: 3 },
    attacks: [
      against,
      { ...against, title: 'DeepFool', norm: 'l2', epsilon: undefined as never, seen: false, examples: 12 },
      { ...against, title: 'PGD', seen: false, examples: 0 },
    ],
    warnings: ['Few images.'],
    time: 61,
  };

  it('tells attacks that it learned from and those held out apart', () => {
    assert.deepEqual(cellsOf(formatDetector(report)), [
      ['FGSM linf', '8/255', 'yes', '40', '0.988', '90.0%', '95.5%'],
      ['DeepFool l2', '', 'held out', '12', '0.988', '90.0%', '95.5%'],
      ['PGD linf', '8/255', 'held out', '0', '—', '—', '—'],
    ]);
  });

  it('is followed by what happens to clean images, by warnings, and by where the detector is', () => {
    const lines = formatDetector(report).split('\n');
    assert.equal(lines[0], 'net: Classifier for signs');
    assert.deepEqual(lines.slice(-4), [
      'clean images rejected: 3 of 50 (6.0%); threshold 0.1235, set to reject 5.0%',
      'warning: Few images.',
      'time: 61 s',
      'detector: /out/detector.json',
    ]);
  });

  it('has no table where no attack was made', () => {
    assert.ok(!formatDetector({ ...report, attacks: [] }).includes('│'));
  });
});

describe('the table of a training defense', () => {
  it('has both accuracies before and after, and where the result is', () => {
    const text = formatDefense({
      name: 'hard',
      kind: 'madry',
      title: 'Adversarial training',
      model: '/out/model.json',
      onnx: '/out/model.onnx',
      card: '/out/card.json',
      before: { cleanAccuracy: 0.91, robustAccuracy: 0.02 },
      after: { cleanAccuracy: 0.85, robustAccuracy: 0.43 },
      points: [],
      warnings: ['It ended early.'],
      time: 600,
    });
    assert.deepEqual(cellsOf(text), [
      ['before', '91.0%', '2.0%'],
      ['after', '85.0%', '43.0%'],
    ]);
    const lines = text.split('\n');
    assert.equal(lines[0], 'hard: Adversarial training');
    assert.deepEqual(lines.slice(-5), [
      'warning: It ended early.',
      'time: 10 min',
      'model: /out/model.json',
      'ONNX: /out/model.onnx',
      'card: /out/card.json',
    ]);
  });
});

describe('the figures beside the progress bar', () => {
  it('are those that are known', () => {
    assert.equal(describePoint({}), '');
    assert.equal(describePoint({ loss: 0.53211 }), ', loss 0.532');
    const all = { loss: 1, cleanAccuracy: 0.81, robustAccuracy: 0.432 };
    assert.equal(describePoint(all), ', loss 1.00, clean 81.0%, robust 43.2%');
  });
});
