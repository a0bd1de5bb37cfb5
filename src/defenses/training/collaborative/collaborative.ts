import { collaborativeState } from '../../detectors/collaborative.ts';
import { commonParameters } from '../commonParameters.ts';
import type { DefenseDefinition, Prepared } from '../defenseDefinition.ts';
import { type Classmap, chooseClassmap } from './classmap.ts';
import type { CollaborativeParameters } from './parameters.ts';

const source = 'Wang et al. 2018, arXiv:1803.05123';

/**
 * Collaborative multi-task training (Wang et al. 2018). Each class has a partner, chosen by what the given model
 * answers to FGSM examples of the training images (eq. 6 and 8). A second head learns to answer the partner to a clean
 * image, and anything else to an adversarial one, while the first learns the label of both (eq. 9 and 10); a gradient
 * lock between the heads is trained with them. The detector `collaborative` rejects an image whose answers are not a
 * pair.
 *
 * The adversarial examples of a training step are FGSM examples of its images against the current network, by the
 * cross-entropy of what decides, Z*. All examples of a step have the same ε, redrawn for each step: with one ε
 * throughout, the second head learns to detect only perturbations of that size, and misses smaller ones that still fool
 * the model.
 */
export const collaborative: DefenseDefinition<CollaborativeParameters> = {
  id: 'collaborative',
  title: 'Collaborative multi-task training',
  description:
    'Trains a second head that answers the partner of the predicted class, unless the image is adversarial, and writes the detector that checks the pair.',
  source,
  limits:
    'An attacker who knows both heads can make examples whose answers are a pair: test the model with its detector and the attacker "adaptive".',
  parameters: {
    ...commonParameters,
    smallestEpsilon: {
      description:
        'The epsilon of each training step is drawn between this multiple of epsilon and epsilon. At 1, all examples use epsilon.',
      schema: { type: 'number', minimum: 0, maximum: 1 },
      quick: { value: 0.25, text: '0.25', source: 'our choice' },
    },
    pairs: {
      description:
        'Partner of a class: the class that its adversarial examples are least, or most, likely to be taken for.',
      schema: { enum: ['least-likely', 'most-likely'] },
      quick: {
        value: 'least-likely',
        text: '"least-likely"',
        source: `${source}: the prose and figure 7; equation 8 prints the most likely`,
      },
    },
    distinct: {
      description:
        'No two classes share a partner. If two classes share one, an attack from one to the other leaves the pair matching.',
      schema: { type: 'boolean' },
      quick: { value: true, text: 'true', source: 'our choice' },
      paper: { value: false, text: 'false', source: `${source}, equation 8` },
    },
    bounded: {
      description:
        'The second head learns to avoid the partner of an adversarial image by minimizing −log(1 − p); otherwise log p, as printed, which has no lower bound and is cut off at p = 1e-7.',
      schema: { type: 'boolean' },
      quick: { value: true, text: 'true', source: 'our choice' },
      paper: { value: false, text: 'false', source: `${source}, equation 10` },
    },
  },
  async prepare(context, parameters): Promise<Prepared> {
    const { meanAnswers } = await import('./pairObjective.ts');
    const classmap = chooseClassmap(await meanAnswers(context, parameters), parameters);
    return { classmap: { shape: [classmap.length], data: Float32Array.from(classmap) } };
  },
  async extend(model, _, seed) {
    const { withHeads } = await import('./heads.ts');
    return withHeads(model, seed);
  },
  async objective(parameters, prepared) {
    const { pairObjective } = await import('./pairObjective.ts');
    return pairObjective(parameters, classmapOf(prepared));
  },
  detector: (_, prepared) => ({
    kind: 'collaborative',
    state: collaborativeState(classmapOf(prepared)),
    // The paper's rule.
    threshold: 0,
    seen: ['fgsm'],
  }),
};

function classmapOf({ classmap }: Prepared): Classmap {
  return Array.from(classmap?.data ?? []);
}
