import type { Norm } from '../../src/geometry/norms.ts';
import { itemKey } from '../../src/page/keys.ts';
import type { ShownExample } from '../../src/page/protocol.ts';

/** An example with what the gallery sorts and names it by. */
export interface Item {
  readonly example: ShownExample;
  /** Place in the test's list of examples, as messages give it. */
  readonly place: number;
  /** Tells it from every other example of the test, also after a reload. */
  readonly key: string;
  /** Size of the perturbation that fooled the model, in the attack's norm; infinite where none did. */
  readonly distance: number;
  /** How sure the model is of its last answer; 0 where it does not say. */
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
