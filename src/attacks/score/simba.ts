import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { fromFrequencies } from '../../geometry/cosineTransform.ts';
import { placesOf } from '../../geometry/order.ts';
import { addScaled, type Vector } from '../../geometry/vector.ts';
import { amountSchema } from '../../parameters/amount.ts';
import type { AttackDefinition, Attempt } from '../attackDefinition.ts';
import { logits } from '../dialogue.ts';
import { isReached } from '../goal.ts';
import { lowFrequencies } from '../lowFrequencies.ts';
import { queriesParameter } from '../queries.ts';
import { logProbability } from './objective.ts';

interface Parameters {
  queries: number;
  stepSize: number;
  basis: 'pixels' | 'frequencies';
}

const paper = 'Guo et al. 2019, arXiv:1905.07121';

/** The part of the frequencies along each side that steps are made of: 28 of 224 (section 3.2). */
const lowPart = 1 / 8;

/**
 * Simple Black-box Attack: a step along one direction of a basis after the other, in a random order, back or forth, if that
 * makes the label less likely, or the target more so; until the goal is reached (Guo et al. 2019, arXiv:1905.07121,
 * algorithm 1). T steps are at most √T step sizes away in l2.
 */
export const simba: AttackDefinition<Parameters, 'l2'> = {
  id: 'simba',
  title: 'SimBA',
  kind: 'attack',
  description: 'Tries steps by scores alone, along one value or one frequency of the image after the other.',
  source: paper,
  threatModel: 'score-based',
  norms: ['l2'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: false,
  parameters: {
    queries: queriesParameter(2000, 20_000, { quick: 'a tenth of the paper’s', paper: `${paper}, section 4.1` }),
    stepSize: {
      description: 'Length of a step in l2 (ε).',
      schema: amountSchema,
      quick: { value: 0.2, text: '0.2', source: `${paper}, section 4.1` },
    },
    basis: {
      description:
        'What a step changes: a single value (`pixels`), or one of the lowest frequencies of the discrete cosine transform, an eighth along each side (`frequencies`).',
      schema: { type: 'string', enum: ['pixels', 'frequencies'] },
      quick: { value: 'pixels', text: 'pixels', source: `${paper}, section 3.2` },
    },
  },
  cost: ({ queries }) => queries,
  *run(attempt) {
    const { image, goal, parameters, project } = attempt;
    const first = yield* logits(image);
    if (isReached(goal, first)) return;
    let x = image;
    let best = logProbability(goal, first);
    let left = parameters.queries - 1;
    for (const direction of directions(attempt)) {
      for (const side of [1, -1]) {
        if (left-- <= 0) return;
        const tried = project(addScaled(x, direction, side * parameters.stepSize));
        const row = yield* logits(tried);
        if (isReached(goal, row)) return;
        const value = logProbability(goal, row);
        if (!(value > best)) continue;
        x = tried;
        best = value;
        break;
      }
    }
  },
};

/** The directions of the basis, each once, in a random order. */
function* directions({ image, shape, parameters, random }: Attempt<Parameters>): Generator<Vector> {
  const low = lowFrequencies(shape, lowPart);
  const isFrequency = parameters.basis === 'frequencies';
  const order = placesOf(isFrequency ? low.height * low.width * shape.channels : image.length);
  for (let i = 0; i < order.length; i++) {
    const drawn = uniformInt(random, i, order.length - 1);
    const place = order[drawn] as number;
    order[drawn] = order[i] as number;
    const unit = new Float32Array(order.length);
    unit[place] = 1;
    yield isFrequency ? fromFrequencies(unit, low, shape) : unit;
  }
}
