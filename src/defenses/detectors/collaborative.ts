import type { Batch, DifferentiableClassifier } from '../../models/classifier.ts';
import { argmax, type Functional } from '../../models/functional.ts';
import { UserError } from '../../userError.ts';
import { activationClassifier } from '../activationClassifier.ts';
import type { Classmap } from '../training/collaborative/classmap.ts';
import { headNames } from '../training/collaborative/headNames.ts';
import type { Detector } from './detector.ts';
import type { DetectorDefinition, DetectorState } from './detectorDefinition.ts';

/**
 * The check of collaborative multi-task training (Wang et al., arXiv:1803.05123): an image is accepted if the auxiliary
 * head answers the partner of the class that the model answers, Classmap[argmax Z*] = argmax Z′.
 *
 * The paper has no score. Here it is the lead of the best other class over the partner, max_{j ≠ partner} Z′_j −
 * Z′_partner, so that a threshold of 0 is the paper's rule. Its gradient is exact as long as the answer Z* does not
 * change.
 *
 * Training writes a detector with the partners that the model was trained with. If it is fitted again, the partner of a
 * class is what the auxiliary head answers to most of its clean images, as it was trained to.
 */
export const collaborative: DetectorDefinition<object> = {
  id: 'collaborative',
  title: 'Check of the collaborative pair',
  description:
    'Rejects images for which the second head of a model hardened by collaborative multi-task training does not answer the partner of the predicted class.',
  source: 'Wang et al. 2018, arXiv:1803.05123',
  learnsFrom: 'clean',
  parameters: {},
  async fit({ clean }, _, { classifier, signal, onProgress }) {
    requireHeads(classifier);
    const { classes, batchSize } = classifier;
    const counts = classes.map(() => new Array<number>(classes.length).fill(0));
    for (let start = 0; start < clean.length; start += batchSize) {
      signal.throwIfAborted();
      const part = clean.slice(start, start + batchSize);
      const { values } = await classifier.read(
        part.map(({ pixels }) => pixels),
        [headNames.auxiliary],
      );
      for (const [i, { label }] of part.entries()) {
        const count = counts[label] as number[];
        const answer = argmax(values[i]?.[0] as Float32Array);
        count[answer] = (count[answer] as number) + 1;
      }
      onProgress(Math.min(1, (start + part.length) / clean.length));
    }
    const unseen = classes.filter((_, label) => counts[label]?.every((count) => count === 0));
    if (unseen.length > 0) {
      throw new UserError(
        `The model gets no image of ${list(unseen)} right in this dataset, so the partner of ${unseen.length > 1 ? 'these classes' : 'this class'} is unknown. Use the detector that training wrote next to the model, or a dataset with more images.`,
      );
    }
    return collaborativeState(counts.map((count) => argmax(count)));
  },
  async bind(state, _, classifier) {
    requireHeads(classifier);
    return new CollaborativeDetector(classmapOf(state, classifier), classifier);
  },
  views: {
    // The paper's gray box: the attacker knows the label head, and neither the lock nor the auxiliary head.
    unaware: (classifier) => activationClassifier(classifier, headNames.label),
    // The lock takes part, but hides no gradient.
    adaptive: (classifier) => activationClassifier(classifier, headNames.label, headNames.lock),
  },
};

/** The state of a detector with these partners. */
export function collaborativeState(classmap: Classmap): DetectorState {
  return { values: { classmap }, arrays: {} };
}

class CollaborativeDetector implements Detector {
  readonly #classmap: Classmap;
  readonly #classifier: DifferentiableClassifier;

  constructor(classmap: Classmap, classifier: DifferentiableClassifier) {
    this.#classmap = classmap;
    this.#classifier = classifier;
  }

  async score(images: Batch): Promise<number[]> {
    return (await this.#leads(images)).map(({ score }) => score);
  }

  async pullback(images: Batch) {
    const leads = await this.#leads(images);
    const functionals = leads.map(({ rival, partner, size }): Functional[] => {
      const weights = new Float32Array(size);
      weights[rival] = 1;
      weights[partner] = -1;
      return [{ kind: 'weights', output: headNames.auxiliary, weights }];
    });
    const { gradients } = await this.#classifier.pullback(images, functionals);
    return {
      scores: leads.map(({ score }) => score),
      gradients: gradients.map(([gradient]) => gradient as Float32Array),
    };
  }

  /** For each image, the partner of its answer, and how far the likeliest other class is ahead of it. */
  async #leads(images: Batch) {
    const { values } = await this.#classifier.read(images, ['logits', headNames.auxiliary]);
    return values.map((pair) => {
      const [logits, auxiliary] = pair as [Float32Array, Float32Array];
      const partner = this.#classmap[argmax(logits)] as number;
      const rival = argmax(auxiliary, partner);
      const score = (auxiliary[rival] as number) - (auxiliary[partner] as number);
      return { partner, rival, score, size: auxiliary.length };
    });
  }
}

function requireHeads({ activations }: DifferentiableClassifier): void {
  const missing = Object.values(headNames).filter((name) => !activations.includes(name));
  if (missing.length === 0) return;
  throw new UserError(
    `The model has no ${list(missing)} layer. This detector needs the heads that collaborative multi-task training adds to a model: harden the model with it first, then use the hardened model.`,
  );
}

function classmapOf({ values: { classmap } }: DetectorState, { classes }: DifferentiableClassifier): Classmap {
  const isClass = (value: unknown) => Number.isInteger(value) && classes[value as number] !== undefined;
  if (Array.isArray(classmap) && classmap.length === classes.length && classmap.every(isClass)) return classmap;
  throw new UserError(
    `The detector does not have a partner for each of the model’s ${classes.length} classes. Train it again.`,
  );
}

/** Names in quotation marks; of many, the first few. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ');
}
