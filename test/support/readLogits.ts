import type { Activations, Logits } from '../../src/models/classifier.ts';
import { missingActivation } from '../../src/models/missingActivation.ts';

/** The answer to `read` of a classifier that has no activations but its logits, one a class. */
export function readLogits(logits: Logits, names: readonly string[], classes: number): Activations {
  for (const name of names) if (name !== 'logits') throw missingActivation(name, []);
  return {
    shapes: names.map(() => [classes]),
    values: logits.map((row) => names.map(() => Float32Array.from(row))),
  };
}
