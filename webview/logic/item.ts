import type { Norm } from '../../src/geometry/norms.ts';
import { itemKey } from '../../src/page/keys.ts';
import type { ShownExample } from '../../src/page/protocol.ts';

/** An example with the properties that the gallery uses for sorting and naming. */
export interface Item {
  readonly example: ShownExample;
  /** Index in the test's list of examples, as used in messages. */
  readonly place: number;
  /** Identifies the example within its test, even after a reload. */
  readonly key: string;
  /** Size of the perturbation that fooled the model, in the attack's norm; infinite if none did. */
  readonly distance: number;
  /** The model's confidence in its last prediction; 0 if it gives labels only. */
  readonly confidence: number;
}

/** The examples in the order of the test: budget by budget, image by image. They are written as they finish. */
export function toItems(examples: readonly ShownExample[], norm: Norm): Item[] {
  return examples
    .map((example, place) => ({
      example,
      place,
      key: itemKey(example),
      distance: example.status === 'fooled' && example.norms ? example.norms[norm] : Infinity,
      confidence: (example.adversarial ?? example.clean).confidence ?? 0,
    }))
    .sort((a, b) => (a.example.epsilon ?? 0) - (b.example.epsilon ?? 0) || a.example.index - b.example.index);
}
