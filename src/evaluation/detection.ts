import { type Separation, separate } from '../defenses/detectors/separation.ts';
import type { Attacker } from '../defenses/guard/attacker.ts';
import type { Case } from './cases.ts';
import { type ExampleSummary, isMisclassified } from './example.ts';
import type { Metrics } from './metrics.ts';

/** What a detector came to in a round, and what the same attack comes to with the other attacker. */
export interface RoundDetection {
  /** Clean scores against those of the misclassified examples of this round; missing where there are none. */
  readonly separation?: Separation;
  /** Misclassified examples that the detector rejects. */
  readonly caught: number;
  readonly other: { readonly attacker: Attacker; readonly metrics: Metrics; readonly separation?: Separation };
}

/** @param other the same attack by the other attacker */
export function detectionOf(
  cases: readonly Case[],
  examples: readonly ExampleSummary[],
  other: { readonly attacker: Attacker; readonly metrics: Metrics; readonly examples: readonly ExampleSummary[] },
): RoundDetection {
  const { attacker, metrics } = other;
  return {
    ...separationOf(cases, examples),
    caught: examples.filter(isCaught).length,
    other: { attacker, metrics, ...separationOf(cases, other.examples) },
  };
}

/** True for an example that the model gets wrong and the detector rejects. */
function isCaught(example: ExampleSummary): boolean {
  const { adversarial } = example;
  return adversarial?.prediction.rejected === true && isMisclassified(adversarial, example);
}

/** Scores of the images that the model gets right against those of the examples that it gets wrong. */
function separationOf(
  cases: readonly Case[],
  examples: readonly ExampleSummary[],
): { readonly separation?: Separation } {
  const clean = cases.flatMap(({ status, clean: { score } }) => (status === 'wrong' ? [] : (score ?? [])));
  const adversarial = examples.flatMap((example) => {
    const { adversarial: found } = example;
    return found && isMisclassified(found, example) ? (found.prediction.score ?? []) : [];
  });
  return clean.length > 0 && adversarial.length > 0 ? { separation: separate(clean, adversarial) } : {};
}
