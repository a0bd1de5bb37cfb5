import { type Functional, type Seed, seed, weigh } from '../../src/models/functional.ts';

/** The seed of a functional of the logits, in whatever form. */
export function seedOf(functional: Functional, logits: readonly number[]): Seed {
  if (functional.kind !== 'weights') return seed(functional, logits);
  if (functional.output !== 'logits') throw new Error(`there is no output "${functional.output}" here`);
  return weigh(functional, logits);
}
