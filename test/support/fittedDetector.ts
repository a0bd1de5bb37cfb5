import type { Detector } from '../../src/defenses/detectors/detector.ts';
import type {
  DetectorDefinition,
  DetectorExamples,
  DetectorState,
} from '../../src/defenses/detectors/detectorDefinition.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import { completeParameters } from '../../src/parameters/complete.ts';
import { linearClassifier } from './linearClassifier.ts';

/** A classifier whose logits are the pixels: a detector that looks at logits sees the image itself. */
export function transparentClassifier(size: number): DifferentiableClassifier {
  const identity = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
  return linearClassifier(
    identity,
    identity.map(() => 0),
    { height: 1, width: size, channels: 1 },
    3,
  );
}

/** Fits a detector with its defaults, but for some parameters, and binds it. */
export async function fitted<P>(
  definition: DetectorDefinition<P>,
  { clean, adversarial = [] }: Partial<DetectorExamples> & Pick<DetectorExamples, 'clean'>,
  classifier: DifferentiableClassifier,
  parameters: Partial<P> = {},
): Promise<{ readonly state: DetectorState; readonly detector: Detector }> {
  const complete = completed(definition, parameters);
  const context = { classifier, seed: 1, signal: new AbortController().signal, onProgress: () => {} };
  const state = await definition.fit({ clean, adversarial }, complete, context);
  return { state, detector: await definition.bind(state, complete, classifier) };
}

/** The defaults, but for some parameters. */
export function completed<P>({ parameters }: DetectorDefinition<P>, own: Partial<P> = {}): P {
  return { ...completeParameters({ parameters }, {}, 'quick'), ...own };
}

/** The derivative of a function of float32 values, by central differences. */
export function differences(of: (x: Float32Array) => number, at: Float32Array, step: number): number[] {
  return Array.from(at, (x, i) => {
    const [ahead, behind] = [at.with(i, x + step), at.with(i, x - step)];
    return (of(ahead) - of(behind)) / ((ahead[i] as number) - (behind[i] as number));
  });
}
