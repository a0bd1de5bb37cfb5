import type { Prediction } from '../../../src/evaluation/example.ts';
import type { Shown } from './usePage.ts';

/**
 * A test as if its model compared embeddings with enrolled images of its first classes: similarities are one for the class
 * that is predicted, and zero for the others.
 */
export function enrolled({ report, examples }: Shown): Shown {
  const names = (report.model.classes ?? []).slice(0, -1);
  const image = examples[0]?.originalImage ?? '';
  const seen = (prediction: Prediction): Prediction => ({
    ...prediction,
    similarities: names.map((name) => Number(name === prediction.class)),
  });
  return {
    report: {
      ...report,
      model: {
        ...report.model,
        enrolled: {
          path: '/enrolled',
          threshold: 0.5,
          identities: names.map((name) => ({ name, images: 1, image })),
        },
      },
      rounds: report.rounds.map((round) => ({
        ...round,
        verification: {
          images: 72,
          enrolled: 68,
          clean: { falseAccepts: 1, falseRejects: 2 },
          attacked: { falseAccepts: 30, falseRejects: 4 },
          equalErrorRate: { rate: 0.034, threshold: 0.6 },
        },
      })),
    },
    examples: examples.map((example) => ({
      ...example,
      clean: seen(example.clean),
      adversarial: example.adversarial && seen(example.adversarial),
    })),
  };
}
