import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { signVector } from '../geometry/randomVector.ts';
import { addScaled } from '../geometry/vector.ts';
import { probe } from './probe.ts';

/** Points that are asked about together. */
const atOnce = 10;

/**
 * The weakest attack there is: random corners of the budget, x ± ε in every value in linf. In l2 and l1 every value changes
 * as much as the budget allows all of them to. It looks at predictions alone, so no masked gradient stops it.
 * @param draws points for each image, in tens.
 */
export function signNoise(draws: number): AttackDefinition {
  return probe({
    id: 'sign-noise',
    title: 'Random signs',
    source: 'Carlini et al. 2019, arXiv:1902.06705',
    threatModel: 'decision-based',
    *run({ image, budget: { norm, epsilon }, project, random }) {
      const length = epsilon / (norm === 'l2' ? Math.sqrt(image.length) : norm === 'l1' ? image.length : 1);
      const draw = () => project(addScaled(image, signVector(image.length, random), length));
      for (let drawn = 0; drawn < draws; drawn += atOnce) {
        yield { kind: 'decision', points: Array.from({ length: atOnce }, draw) };
      }
    },
  });
}
