import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Pixels } from '../../data/image.ts';
import { clip } from '../../geometry/range.ts';
import { accumulate, addScaled, subtract } from '../../geometry/vector.ts';
import { argmax, type Functional, seed, weigh } from '../../models/functional.ts';
import { completeParameters } from '../../parameters/complete.ts';
import type { Parameter, Preset } from '../../parameters/parameter.ts';
import type { AttackDefinition, Attempt, Means } from '../attackDefinition.ts';
import { type Answer, type Asking, type Dialogue, logitsOf } from '../dialogue.ts';
import { gradientAttacks } from '../gradient/catalog.ts';
import type { Member } from '../member.ts';

/** What attacks that estimate gradients have in common. */
export interface EstimateParameters {
  attack: Member;
  samples: number;
  radius: number;
}

type EstimateNorm = 'linf' | 'l2';

/** How an estimator goes about it, besides its numbers. */
export interface Estimator {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly samples: Parameter<number, EstimateParameters, Means>;
  readonly radius: Parameter<number, EstimateParameters, Means>;
  /** A random direction whose values have mean 0 and variance 1. */
  direction(size: number, random: RandomGenerator): Float64Array;
}

const norms: readonly [EstimateNorm, EstimateNorm] = ['linf', 'l2'];

/** The white-box attacks that can be given estimates in place of gradients. */
const followers: ReadonlyMap<string, AttackDefinition> = new Map(
  gradientAttacks
    .filter(({ kind, norms: known }) => kind === 'attack' && norms.every((norm) => known.includes(norm)))
    .map((attack) => [attack.id, attack]),
);

/**
 * A white-box attack on scores alone: wherever it asks for the gradient of f at x, it gets the mean of
 * (f(x + σu) − f(x − σu)) u / 2σ over random directions u.
 */
export function estimatedGradients(estimator: Estimator): AttackDefinition<EstimateParameters, EstimateNorm> {
  const { id, title, description, source, samples, radius } = estimator;
  const preset = (name: Preset) => ({
    value: (means: Means) => follow('pgd', name, means),
    text: `\`pgd\` with its preset \`${name}\``,
    source,
  });
  return {
    id,
    title,
    kind: 'attack',
    description,
    source,
    threatModel: 'score-based',
    norms,
    goals: ['untargeted', 'targeted'],
    fixedBudget: true,
    parameters: {
      attack: {
        description:
          'The white-box attack that follows the estimates: its name, or `{ "attack": "pgd", "parameters": { "steps": 50 } }`.',
        schema: followerSchema,
        quick: preset('quick'),
        paper: preset('paper'),
        complete: (given, name, means) => follow(given as string | Member, name, means),
      },
      samples,
      radius,
    },
    cost: ({ attack: { attack, parameters }, samples: pairs }, model) =>
      followerOf(attack).cost(parameters, model) * (2 * pairs + 1),
    run(attempt) {
      const { attack, parameters } = attempt.parameters.attack;
      const dialogue = followerOf(attack).run({ ...attempt, parameters });
      return withEstimates(dialogue, (point, functionals) => estimate(attempt, estimator, point, functionals));
    },
  };
}

/** What its parameters may be is in no schema of settings: each would have those of all attacks once more. */
const followerSchema = {
  type: ['string', 'object'],
  anyOf: [{ enum: [...followers.keys()] }, { type: 'object' }],
  properties: { attack: { enum: [...followers.keys()] }, parameters: { type: 'object' } },
  required: ['attack'],
  additionalProperties: false,
  errorMessage: `Enter one of ${[...followers.keys()].join(', ')}, or an object such as { "attack": "pgd", "parameters": { "steps": 50 } }.`,
};

function followerOf(id: string): AttackDefinition {
  const attack = followers.get(id);
  if (attack === undefined) throw new RangeError(`"${id}" is no attack that estimated gradients can be given to`);
  return attack;
}

/** The attack that follows, by its name in settings or with its parameters, and all that it is run with. */
function follow(given: string | Member, preset: Preset, means: Means): Member {
  const { attack, parameters } = typeof given === 'string' ? { attack: given, parameters: {} } : given;
  return { attack, parameters: completeParameters(followerOf(attack), parameters ?? {}, preset, means) };
}

/** The dialogue with other answers to what it asks about gradients. */
function* withEstimates(
  dialogue: Dialogue,
  answer: (point: Pixels, functionals: readonly Functional[]) => Asking<Answer>,
): Dialogue {
  let answers: readonly Answer[] = [];
  for (;;) {
    const { done, value: query } = dialogue.next(answers);
    if (done) return;
    if (query.kind !== 'pullback') {
      answers = yield query;
      continue;
    }
    const estimates: Answer[] = [];
    for (const [i, point] of query.points.entries()) {
      estimates.push(yield* answer(point, query.functionals[i] as readonly Functional[]));
    }
    answers = estimates;
  }
}

/** The answer about one point, with estimates of the gradients, from one query. */
function* estimate(
  { parameters: { samples, radius }, random }: Attempt<EstimateParameters>,
  { direction }: Estimator,
  point: Pixels,
  functionals: readonly Functional[],
): Asking<Answer> {
  const probes = Array.from({ length: samples }, () => {
    const u = direction(point.length, random);
    return [clip(addScaled(point, u, radius)), clip(addScaled(point, u, -radius))] as const;
  });
  const [own, ...rows] = yield* logitsOf([point, ...probes.flat()]);
  const logits = own as Float32Array;
  const gradients = functionals.map((functional) => {
    const gradient = new Float64Array(point.length);
    for (const [i, [ahead, behind]] of probes.entries()) {
      const [to, from] = [rows[2 * i], rows[2 * i + 1]] as [Float32Array, Float32Array];
      // At the edge of the range a probe goes less far: 2σu there is what is left of it.
      accumulate(gradient, subtract(ahead, behind), (valueAt(functional, to) - valueAt(functional, from)) / samples);
    }
    return Float32Array.from(gradient, (g) => g / (4 * radius * radius));
  });
  return {
    decision: argmax(logits),
    logits,
    values: functionals.map((functional) => valueAt(functional, logits)),
    gradients,
  };
}

function valueAt(functional: Functional, logits: Float32Array): number {
  return (functional.kind === 'weights' ? weigh(functional, logits) : seed(functional, logits)).value;
}
