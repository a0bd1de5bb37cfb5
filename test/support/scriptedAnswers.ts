import fc from 'fast-check';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import { linearClassifier } from './linearClassifier.ts';

/** A classifier of two classes that answers in turn what it is given about its margin, whatever the points. */
export interface Script {
  readonly classifier: (channels: 1 | 3) => DifferentiableClassifier;
}

/** Random leads of class 1 and gradients of them, for as many questions, on images of as many values. */
export function scriptedAnswers(questions: number, size: number): fc.Arbitrary<Script> {
  const list = <T>(item: fc.Arbitrary<T>, length: number) => fc.array(item, { minLength: length, maxLength: length });
  const derivative = fc.integer({ min: -20, max: 20 }).filter((d) => d !== 0);
  return fc
    .record({
      leads: list(fc.integer({ min: -4, max: 3 }), questions),
      gradients: list(list(derivative, size), questions),
    })
    .map(({ leads, gradients }) => ({
      classifier(channels) {
        const zeros = Array.from({ length: size }, () => 0);
        const shape = { height: 1, width: size / channels, channels };
        let asked = 0;
        return {
          ...linearClassifier([zeros, zeros], [1, 0], shape),
          async pullback() {
            const lead = leads[asked] as number;
            const gradient = Float32Array.from(gradients[asked] as number[], (d) => d / 7);
            asked++;
            return { logits: [Float32Array.of(0, lead)], values: [[lead]], gradients: [[gradient]] };
          },
        };
      },
    }));
}
