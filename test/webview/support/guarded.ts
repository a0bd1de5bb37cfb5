import type { Separation } from '../../../src/defenses/detectors/separation.ts';
import type { Prediction } from '../../../src/evaluation/example.ts';
import type { ExampleReport } from '../../../src/reports/report.ts';
import type { Shown } from './usePage.ts';

/** Score above which an image is rejected. */
export const threshold = 2.5;

function separation(auroc: number, detectedAt1: number, detectedAt5: number): Separation {
  return {
    roc: [
      [0, 0],
      [0, detectedAt1],
      [0.04, detectedAt5],
      [0.4, (1 + detectedAt5) / 2],
      [1, 1],
    ],
    auroc,
    detectedAt1,
    detectedAt5,
  };
}

/** A test as if its model had a detector, which rejects one in eight clean images and every other example that is wrong. */
export function guarded({ report, examples }: Shown): Shown {
  const scored = (prediction: Prediction, score: number) => ({ ...prediction, score, rejected: score > threshold });
  const changed = examples.map((example, i): ExampleReport => {
    const clean = scored(example.clean, i % 8 === 7 ? 3.1 : 1 + (i % 5) / 4);
    if (clean.rejected) {
      return { ...example, status: 'rejected', clean, adversarial: null, norms: null, adversarialImage: null };
    }
    if (!example.adversarial) return { ...example, clean };
    const adversarial = scored(example.adversarial, example.status === 'fooled' && i % 2 === 0 ? 3 + (i % 7) : 2);
    return { ...example, clean, adversarial, status: adversarial.rejected ? 'held' : example.status };
  });
  const rejected = changed.filter(({ status }) => status === 'rejected').length;
  return {
    report: {
      ...report,
      detector: {
        name: 'signs-mahalanobis',
        path: '/detectors/signs-mahalanobis',
        attacker: 'unaware',
        kind: 'mahalanobis',
        title: 'Mahalanobis score',
        threshold,
        falsePositiveRate: 0.05,
        seen: false,
      },
      findings: [
        { check: 'monotone', message: 'The success rate falls from 40.0% at 4/255 to 35.0% at 8/255.' },
        { check: 'zero-gradients', message: 'The gradient is zero on 12 of 64 images.' },
      ],
      notChecked: [{ check: 'more-steps-change-result', reason: 'FGSM has no number of steps' }],
      rounds: report.rounds.map((round, i) => ({
        ...round,
        metrics: { ...round.metrics, counts: { ...round.metrics.counts, rejected } },
        detection: {
          separation: separation(0.95 - 0.05 * i, 0.6, 0.8),
          caught: 5 + i,
          other: {
            attacker: 'adaptive',
            metrics: { ...round.metrics, robustAccuracy: 0.125, medianDistance: Number.POSITIVE_INFINITY },
            separation: separation(0.55, 0.05, 0.1),
          },
        },
      })),
    },
    examples: changed,
  };
}
