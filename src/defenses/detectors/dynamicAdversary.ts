import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Pixels } from '../../data/image.ts';
import { projectOntoBall } from '../../geometry/ballProjection.ts';
import { clip } from '../../geometry/range.ts';
import { addScaled, scaled, sign } from '../../geometry/vector.ts';
import type { DifferentiableClassifier } from '../../models/classifier.ts';
import type { BinaryNetwork } from './binaryNetwork.ts';
import type { LateActivations } from './lateActivations.ts';

/** Steps of the adversary; our choice, since each costs two forward and two backward passes of the model. */
const steps = 4;

/** The adversary's opponents: a classifier, and a detector at one of its activations. */
export interface Guarded {
  readonly classifier: DifferentiableClassifier;
  readonly activation: string;
  readonly late: LateActivations;
  readonly network: BinaryNetwork;
}

/**
 * Examples by an adversary who knows the current detector (Metzen et al. 2017, section 3.3): x ← clip(x + α [(1 − σ)
 * sign ∇J_classifier(x, y) + σ sign ∇J_detector(x, adversarial)]), with a separate σ for each image, uniform in [0, 1],
 * within ε in l∞, starting at the image.
 */
export async function dynamicExamples(
  examples: readonly { readonly pixels: Pixels; readonly label: number }[],
  { classifier, activation, late, network }: Guarded,
  epsilon: number,
  random: RandomGenerator,
): Promise<Pixels[]> {
  const made: Pixels[] = [];
  for (let from = 0; from < examples.length; from += classifier.batchSize) {
    const batch = examples.slice(from, from + classifier.batchSize);
    const sigmas = batch.map(() => uniformFloat64(random));
    let points = batch.map(({ pixels }) => pixels);
    for (let step = 0; step < steps; step++) {
      const inputs = (await late.read(points)).map(([values]) => values as Float32Array);
      const weights = network.pullback(inputs).gradients;
      const { gradients } = await classifier.pullback(
        points,
        batch.map(({ label }, i) => [
          { kind: 'crossEntropy', label },
          // The detector's loss falls as its score rises.
          { kind: 'weights', output: activation, weights: weights[i] as Float32Array, scale: -1 },
        ]),
      );
      points = points.map((point, i) => {
        const { pixels } = batch[i] as { pixels: Pixels };
        const sigma = sigmas[i] as number;
        const [ofClassifier, ofDetector] = gradients[i] as readonly [Float32Array, Float32Array];
        const direction = addScaled(scaled(sign(ofClassifier), 1 - sigma), sign(ofDetector), sigma);
        const moved = addScaled(point, direction, epsilon / steps);
        projectOntoBall(moved, pixels, 'linf', epsilon);
        return clip(moved);
      });
    }
    made.push(...points);
  }
  return made;
}
