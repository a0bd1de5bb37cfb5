import { type Functional, type Seed, seed } from '../../src/models/functional.ts';

/** The seed of a functional of the logits, in whatever form. */
export function seedOf(functional: Functional, logits: readonly number[]): Seed {
  if (functional.kind !== 'weights') return seed(functional, logits);
  if (functional.output !== 'logits') throw new Error(`there is no output "${functional.output}" here`);
  const scale = functional.scale ?? 1;
  const gradient = functional.weights.map((weight) => scale * weight);
  return { value: gradient.reduce((sum, weight, k) => sum + weight * (logits[k] as number), 0), gradient };
}
