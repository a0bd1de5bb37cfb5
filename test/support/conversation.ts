import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { AttackDefinition } from '../../src/attacks/attackDefinition.ts';
import type { Answer, Query } from '../../src/attacks/dialogue.ts';
import type { Goal } from '../../src/attacks/goal.ts';
import type { Pixels } from '../../src/data/image.ts';
import type { Budget } from '../../src/geometry/budget.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import { argmax } from '../../src/models/functional.ts';
import { completeParameters } from '../../src/parameters/complete.ts';
import { createProjection } from '../../src/runner/projection.ts';

export interface Exchange {
  readonly query: Query;
  readonly answers: readonly Answer[];
}

export interface Talk {
  readonly classifier: DifferentiableClassifier;
  readonly image: Pixels;
  readonly goal: Goal;
  readonly budget: Budget;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly starts?: readonly Pixels[];
}

/** All that an attack asks about an image, in its order and to its end, and what it is answered; off the grid. */
export async function conversation(attack: AttackDefinition, talk: Talk): Promise<Exchange[]> {
  const { classifier, image, goal, budget, parameters = {}, seed = 1, starts = [] } = talk;
  const dialogue = attack.run({
    image,
    shape: classifier.input,
    goal,
    budget,
    parameters: completeParameters(attack, parameters, 'quick', budget),
    project: createProjection(image, budget, false),
    random: xoroshiro128plus(seed),
    starts,
  });
  const exchanges: Exchange[] = [];
  for (let next = dialogue.next([]); !next.done; ) {
    const query = { ...next.value, points: next.value.points.map((point) => point.slice()) };
    const answers = await answersTo(query, classifier);
    exchanges.push({ query, answers });
    next = dialogue.next(answers);
  }
  return exchanges;
}

/** Of a conversation, the points of one kind of query. */
export function pointsOf(exchanges: readonly Exchange[], kind: Query['kind']): Pixels[] {
  return exchanges.flatMap(({ query }) => (query.kind === kind ? query.points : []));
}

async function answersTo(query: Query, classifier: DifferentiableClassifier): Promise<Answer[]> {
  if (query.kind === 'propose' || query.kind === 'stage') return [];
  if (query.kind !== 'pullback') {
    const rows = await classifier.logits(query.points);
    return rows.map((logits) => ({ decision: argmax(logits), logits }));
  }
  const { logits, values, gradients } = await classifier.pullback(query.points, query.functionals);
  return logits.map((row, i) => ({ decision: argmax(row), logits: row, values: values[i], gradients: gradients[i] }));
}
