import type { AttackDetection, DetectorReport } from '../../../src/defenses/detectors/report.ts';
import type { GeneratorReport } from '../../../src/defenses/generators/report.ts';
import type { TrainingPoint } from '../../../src/defenses/progress.ts';
import type { DefenseReport } from '../../../src/defenses/training/report.ts';
import type { ShownTraining } from '../../../src/page/trainingProtocol.ts';

/** Points of a training of two epochs that learns what it should. */
export const points: readonly TrainingPoint[] = Array.from({ length: 40 }, (_, i) => ({
  epoch: (i + 1) / 20,
  loss: 2.3 * Math.exp(-i / 14) + 0.1 * Math.abs(Math.sin(i)),
  ...(i % 5 === 4 && { cleanAccuracy: 0.95 - 0.5 * Math.exp(-i / 8), robustAccuracy: 0.55 - 0.5 * Math.exp(-i / 12) }),
}));

/** A defense in the middle of its training. */
export const running: ShownTraining = {
  of: 'defense',
  name: 'signs-madry',
  title: 'Adversarial training (Madry)',
  model: 'signs',
  dataset: 'street',
  progress: { name: 'signs-madry', phase: 'training', step: 120, steps: 480 },
  timeLeft: '12 min',
  points: points.slice(0, 23),
  isCancelling: false,
};

export const defenseReport: DefenseReport = {
  name: 'signs-madry',
  kind: 'madry',
  title: 'Adversarial training (Madry)',
  model: '/home/someone/signs/models/signs-madry/model.json',
  onnx: '/home/someone/signs/models/signs-madry/model.onnx',
  card: '/home/someone/signs/models/signs-madry/card.md',
  before: { cleanAccuracy: 0.986, robustAccuracy: 0.042 },
  after: { cleanAccuracy: 0.931, robustAccuracy: 0.514 },
  points,
  warnings: ['Robust accuracy fell in the last epoch: the weights are those of epoch 1.5.'],
  time: 812.4,
};

/** A defense at its end. */
export const hardened: ShownTraining = {
  ...running,
  timeLeft: undefined,
  points,
  outcome: { type: 'defense', report: defenseReport },
};

const drawingPoints: readonly TrainingPoint[] = [0, 1, 2, 3].map((epoch) => ({
  epoch,
  recognized: 0.1 + 0.25 * epoch,
  diversity: 0.4 + 0.1 * epoch,
}));

export const generatorReport: GeneratorReport = {
  name: 'painter',
  kind: 'dcgan',
  title: 'DCGAN',
  model: '/home/someone/signs/generators/painter/model.json',
  onnx: '/home/someone/signs/generators/painter/generator.onnx',
  card: '/home/someone/signs/generators/painter/card.json',
  validation: 12,
  recognized: 0.85,
  diversity: 0.7,
  points: drawingPoints,
  warnings: [],
  time: 95,
};

/** A generator at its end, with the picture of its samples. */
export function drawing(samples: string): ShownTraining {
  return {
    of: 'generator',
    name: 'painter',
    title: 'DCGAN',
    model: 'signs',
    dataset: 'street',
    points: drawingPoints,
    samples,
    isCancelling: false,
    outcome: { type: 'generator', report: generatorReport },
  };
}

function detection(change: Partial<AttackDetection>): AttackDetection {
  return {
    attack: 'fgsm',
    title: 'FGSM',
    norm: 'linf',
    epsilon: 8 / 255,
    seen: true,
    examples: 48,
    roc: [
      [0, 0],
      [0, 0.7],
      [0.02, 0.7],
      [0.02, 0.92],
      [0.1, 0.97],
      [1, 1],
    ],
    auroc: 0.981,
    detectedAt1: 0.7,
    detectedAt5: 0.92,
    ...change,
  };
}

export const detectorReport: DetectorReport = {
  name: 'signs-mahalanobis',
  kind: 'mahalanobis',
  title: 'Mahalanobis score',
  file: '/home/someone/signs/detectors/signs-mahalanobis/detector.json',
  model: { name: 'signs', path: '/home/someone/signs/models/signs/model.json', sha256: 'abc' },
  threshold: -3.125,
  falsePositiveRate: 0.05,
  clean: { images: 36, rejected: 2 },
  attacks: [
    detection({}),
    detection({
      attack: 'pgd',
      title: 'PGD',
      auroc: 0.942,
      detectedAt1: 0.4,
      roc: [
        [0, 0],
        [0, 0.4],
        [0.03, 0.8],
        [0.3, 0.95],
        [1, 1],
      ],
    }),
    detection({
      attack: 'deepfool',
      title: 'DeepFool',
      norm: 'l2',
      epsilon: undefined,
      seen: false,
      auroc: 0.731,
      detectedAt1: 0.1,
      detectedAt5: 0.25,
      roc: [
        [0, 0],
        [0, 0.1],
        [0.05, 0.25],
        [0.3, 0.65],
        [0.7, 0.9],
        [1, 1],
      ],
    }),
    detection({
      attack: 'cw',
      title: 'Carlini & Wagner',
      norm: 'l2',
      epsilon: undefined,
      seen: false,
      examples: 0,
      roc: [],
    }),
  ],
  warnings: [],
  time: 41.3,
};

/** A detector at its end. */
export const detector: ShownTraining = {
  of: 'detector',
  name: 'signs-mahalanobis',
  title: 'Mahalanobis score',
  model: 'signs',
  dataset: 'street',
  points: [],
  isCancelling: false,
  outcome: { type: 'detector', report: detectorReport },
};
