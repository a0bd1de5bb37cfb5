import { decision } from '../../../src/attacks/dialogue.ts';
import { isReachedBy } from '../../../src/attacks/goal.ts';
import type { Pixels } from '../../../src/data/image.ts';
import { toyAttack } from '../toyAttack.ts';

/** Walks from a random point of another class to the image, and bisects: what is asked depends on every answer before. */
export const walk = toyAttack('decision-based', function* ({ image, goal, random, project }) {
  const draw = () => (random.next() >>> 0) / 2 ** 32;
  let start: Pixels | undefined;
  for (let tries = 0; tries < 8 && start === undefined; tries++) {
    const point = project(image.map(() => draw()));
    if (isReachedBy(goal, yield* decision(point))) start = point;
  }
  if (start === undefined) return;
  let [near, far] = [0, 1];
  for (let step = 0; step < 6; step++) {
    const middle = (near + far) / 2;
    const at = start;
    const point = image.map((value, i) => value + middle * ((at[i] as number) - value));
    if (isReachedBy(goal, yield* decision(point))) far = middle;
    else near = middle;
  }
});
