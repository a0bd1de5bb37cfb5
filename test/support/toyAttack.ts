import type { AttackDefinition, Attempt, ThreatModel } from '../../src/attacks/attackDefinition.ts';
import type { Dialogue } from '../../src/attacks/dialogue.ts';

/** An attack without parameters, for a test of what runs attacks. */
export function toyAttack(threatModel: ThreatModel, run: (attempt: Attempt<unknown>) => Dialogue): AttackDefinition {
  return {
    id: 'toy',
    title: 'Toy',
    kind: 'attack',
    description: 'For a test.',
    source: 'none',
    threatModel,
    norms: ['linf', 'l2', 'l1', 'l0'],
    goals: ['untargeted', 'targeted'],
    fixedBudget: true,
    parameters: {},
    cost: () => 1,
    run,
  };
}

/**
 * Asks and proposes random points around the image, some of them on the grid, some out of the budget, several at once and
 * of every kind that the threat model allows: whatever can come in another order in another batch, does.
 */
export const restless: AttackDefinition = toyAttack('white-box', function* ({ image, goal, budget, project, random }) {
  const draw = () => (random.next() >>> 0) / 2 ** 32;
  const around = (reach: number) => image.map((value) => value + reach * budget.epsilon * (2 * draw() - 1));
  const corner = () => project(image.map((value) => value + (draw() < 0.5 ? -4 : 4)));
  const rounds = Math.floor(4 * draw());
  for (let round = 0; round < rounds; round++) {
    yield { kind: 'propose', points: [corner(), around(2)] };
    const points = [corner(), project(around(2)), around(0.5)];
    yield draw() < 0.5 ? { kind: 'logits', points } : { kind: 'decision', points: points.slice(1) };
    const asked = [corner(), around(1)];
    yield { kind: 'pullback', points: asked, functionals: asked.map(() => [goal.loss]) };
  }
  yield { kind: 'propose', points: [project(around(1))] };
});

/** Asks about one point at a time, as often and in such ways as chance has it. */
export const fickle: AttackDefinition = toyAttack('white-box', function* ({ image, goal, random }) {
  for (let questions = (random.next() >>> 0) % 5; questions > 0; questions--) {
    const points = [image];
    yield random.next() > 0 ? { kind: 'logits', points } : { kind: 'pullback', points, functionals: [[goal.loss]] };
  }
});
