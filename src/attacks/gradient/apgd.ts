import type { Pixels } from '../../data/image.ts';
import { randomPoint } from '../../geometry/randomPoint.ts';
import { steepestAscent } from '../../geometry/steepestAscent.ts';
import { accumulate, addScaled, subtract } from '../../geometry/vector.ts';
import type { LogitsFunctional } from '../../models/functional.ts';
import { UserError } from '../../userError.ts';
import type { AttackDefinition, Attempt } from '../attackDefinition.ts';
import { type Dialogue, logits, propose, pullback } from '../dialogue.ts';
import type { Goal } from '../goal.ts';
import { likeliest } from './likeliest.ts';

interface Parameters {
  steps: number;
  restarts: number;
  loss: 'ce' | 'dlr' | 'targeted-dlr';
}

const paper = 'Croce & Hein 2020, arXiv:2003.01690';
const autoAttack = `AutoAttack's standard version (${paper})`;

/** Weight of the gradient step, the rest being that of the last change of x (section 3.1, α). */
const alpha = 0.75;
/** The part of steps that must raise the loss for the step size to stay (section 3.1, ρ in condition 1). */
const rho = 0.75;
/** Classes that the targeted loss is tried for. */
const targets = 9;

/**
 * Auto-PGD: gradient ascent with momentum whose step size starts at 2ε and is halved, going back to the best point,
 * where it no longer helps (Croce & Hein 2020, arXiv:2003.01690, section 3 and algorithm 1).
 */
export const apgd: AttackDefinition<Parameters, 'linf' | 'l2'> = {
  id: 'apgd',
  title: 'APGD',
  kind: 'attack',
  description: 'Auto-PGD: gradient steps with momentum that find their own size, on a loss that can be chosen.',
  source: paper,
  threatModel: 'white-box',
  norms: ['linf', 'l2'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    steps: {
      description: 'Number of gradient steps from each starting point.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 20, text: '20', source: 'a fifth of the paper’s' },
      paper: { value: 100, text: '100', source: autoAttack },
    },
    restarts: {
      description: 'Number of starting points: the image itself, then random points within the budget.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 1, text: '1', source: autoAttack },
    },
    loss: {
      description:
        'What is raised: cross-entropy (`ce`), the difference of logits ratio (`dlr`), or its targeted form for each of the nine likeliest other classes (`targeted-dlr`). With a target both forms of dlr aim at it.',
      schema: { type: 'string', enum: ['ce', 'dlr', 'targeted-dlr'] },
      quick: { value: 'ce', text: 'ce', source: autoAttack },
    },
  },
  cost: ({ steps, restarts, loss }, { classes }) =>
    steps * restarts * (loss === 'targeted-dlr' ? Math.min(targets, classes - 1) : 1),
  *run(attempt) {
    const { image, goal, budget, parameters, project, random } = attempt;
    const losses = parameters.loss === 'ce' ? [goal.loss] : ratioLosses(parameters.loss, goal, yield* logits(image));
    for (let restart = 0; restart < parameters.restarts; restart++) {
      for (const loss of losses) {
        const start = restart === 0 ? image : project(randomPoint(image, budget, random));
        yield* climb(attempt, loss, start);
      }
    }
  },
};

/** Algorithm 1 on one loss from one starting point. */
function* climb(
  { budget, parameters, project }: Attempt<Parameters, 'linf' | 'l2'>,
  loss: LogitsFunctional,
  start: Pixels,
): Dialogue {
  const checkpoints = checkpointsOf(parameters.steps);
  let eta = 2 * budget.epsilon;
  let previous = start;
  let now = { x: start, ...(yield* pullback(start, loss)) };
  let best = now;
  // Since the last checkpoint w: where that was, steps that raised the loss, the best loss then, whether η was halved.
  let last = { w: 0, best: best.value, halved: false };
  let rises = 0;
  for (let k = 0; k < parameters.steps; k++) {
    const { x, value, gradient } = now;
    const z = project(addScaled(x, steepestAscent(gradient, budget.norm), eta));
    // x + α (z − x) + (1 − α) (x − previous), which is rounded to float32 at the end.
    const carried = new Float64Array(x);
    accumulate(carried, subtract(z, x), alpha);
    accumulate(carried, subtract(x, previous), 1 - alpha);
    // The first step is the plain one: there is no momentum yet.
    const next = k === 0 ? z : project(new Float32Array(carried));
    previous = x;
    now = { x: next, ...(yield* pullback(next, loss)) };
    if (now.value > value) rises++;
    if (now.value > best.value) best = now;
    // Algorithm 1 takes one step more before it looks back and throws that away; like its authors' program this does not.
    if (!checkpoints.has(k + 1)) continue;
    const stuck = rises < rho * (k + 1 - last.w); // condition 1
    const unimproved = !last.halved && best.value === last.best; // condition 2
    const halved = stuck || unimproved;
    if (halved) {
      eta /= 2;
      now = best;
    }
    last = { w: k + 1, best: best.value, halved };
    rises = 0;
  }
  yield* propose(best.x);
}

/** w_j = ⌈p_j · steps⌉ with p₀ = 0, p₁ = 0.22, p_{j+1} = p_j + max(p_j − p_{j−1} − 0.03, 0.06) (section 3.1). */
export function checkpointsOf(steps: number): ReadonlySet<number> {
  const checkpoints = new Set<number>();
  // In hundredths, which are whole numbers: 0.41 · 100 must not be a hair more than 41.
  for (let [before, p] = [0, 22]; p <= 100; [before, p] = [p, p + Math.max(p - before - 3, 6)]) {
    checkpoints.add(Math.ceil((p * steps) / 100));
  }
  return checkpoints;
}

/** The difference of logits ratio (equation 6), or its targeted form (equation 7) for each class that is aimed at. */
function ratioLosses(loss: 'dlr' | 'targeted-dlr', { label, target }: Goal, clean: Float32Array): LogitsFunctional[] {
  const aimed = loss === 'targeted-dlr' || target !== undefined;
  const needed = aimed ? 4 : 3;
  if (clean.length < needed) {
    throw new UserError(
      `The loss "${loss}" compares ${needed} classes, and the model has ${clean.length}: use the loss "ce".`,
    );
  }
  if (!aimed) return [{ kind: 'dlr', label }];
  const others = target === undefined ? likeliest(clean, label, targets) : [target];
  return others.map((other) => ({ kind: 'targetedDlr', label, target: other }));
}
