import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { propose } from '../attacks/dialogue.ts';
import type { Pixels } from '../data/image.ts';
import { probe } from './probe.ts';

/** Tries on a model what was made elsewhere: one point for each image. */
export function transfer(points: ReadonlyMap<Pixels, Pixels>): AttackDefinition {
  return probe({
    id: 'transfer',
    title: 'Transfer',
    source: 'Carlini et al. 2019, arXiv:1902.06705',
    threatModel: 'decision-based',
    *run({ image }) {
      const point = points.get(image);
      if (point) yield* propose(point);
    },
  });
}
