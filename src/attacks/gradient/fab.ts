import type { Pixels } from '../../data/image.ts';
import { changeOnto, nearestHyperplane } from '../../geometry/hyperplane.ts';
import { distances, lengthOf } from '../../geometry/norms.ts';
import { randomSpherePoint } from '../../geometry/randomPoint.ts';
import { clip } from '../../geometry/range.ts';
import { between, dotWithChange } from '../../geometry/vector.ts';
import { argmax, type Functional, logitDifference } from '../../models/functional.ts';
import { UserError } from '../../userError.ts';
import type { AttackDefinition, Attempt } from '../attackDefinition.ts';
import { type Asking, logits, pullbacks } from '../dialogue.ts';
import { type Goal, isReached } from '../goal.ts';
import { likeliest } from './likeliest.ts';

interface Parameters {
  steps: number;
  restarts: number;
  form: 'all-classes' | 'targeted';
}

type FabNorm = 'linf' | 'l2' | 'l1';
type FabAttempt = Attempt<Parameters, FabNorm>;

const paper = 'Croce & Hein 2020, arXiv:1907.02044';
const autoAttack = 'AutoAttack’s standard version (Croce & Hein 2020, arXiv:2003.01690)';

/** The most that a step is drawn to the image (α_max). */
const alphaMax = 0.1;
/** How far a step goes, relative to the way to the hyperplane (η). */
const eta = 1.05;
/** What is left of a success's perturbation where the walk goes on (β). */
const beta = 0.9;
/** Classes that the targeted form goes to, as AutoAttack does. */
const targets = 9;
/** Twice the largest radius of random starts where there is no budget: ε of the authors' program. */
const usualEpsilon: Readonly<Record<FabNorm, number>> = { linf: 0.3, l2: 1, l1: 5 };
const searchSteps = 3;
/** Gradients of one image with respect to all classes may take so much memory. */
const mostBytes = 64 * 2 ** 20;
/** How far the final search stays on the far side, relative to what is left: rounding would decide on the boundary. */
const clearance = 0.01;

/** A point, and how the model answers there. */
interface AnsweredPoint {
  readonly point: Pixels;
  readonly logits: Float32Array;
}

/**
 * Fast Adaptive Boundary attack: steps onto the nearest hyperplane of the linearized decision boundary within [0, 1],
 * drawn to the hyperplane's point that is nearest to the image, and from every success back toward the image
 * (Croce & Hein 2020, arXiv:1907.02044, algorithm 1). The targeted form (FAB-T, from arXiv:2003.01690) does this for one
 * class after the other, so its gradients do not grow with the number of classes; with a target there is one function,
 * the lead of the target over its strongest rival.
 *
 * Random starts are min(u, ε) / 2 away, u being the distance of the best success and ε the budget; without a budget ε is
 * that of the authors' program for the norm. The final search follows every start that came nearer, not only the last.
 */
export const fab: AttackDefinition<Parameters, FabNorm> = {
  id: 'fab',
  title: 'FAB',
  kind: 'attack',
  description: 'Walks along the boundary of the linearized model, within the range of pixels, to where it is nearest.',
  source: paper,
  threatModel: 'white-box',
  norms: ['linf', 'l2', 'l1'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: false,
  parameters: {
    steps: {
      description: 'Number of steps from each starting point.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 20, text: '20', source: 'a fifth of the paper’s' },
      paper: { value: 100, text: '100', source: paper },
    },
    restarts: {
      description: 'Number of starting points: the image itself, then random points around it.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 1, text: '1', source: autoAttack },
    },
    form: {
      description:
        'Whether a step looks at the boundaries to all other classes (`all-classes`), a gradient each, or to one of the nine likeliest, which are tried in turn (`targeted`). Where the attack has a target, it looks at that alone.',
      schema: { type: 'string', enum: ['all-classes', 'targeted'] },
      quick: { value: 'targeted', text: 'targeted', source: autoAttack },
      paper: { value: 'all-classes', text: 'all-classes', source: paper },
    },
  },
  cost: ({ steps, restarts, form }, { classes }) => {
    const walks = restarts * (form === 'targeted' ? Math.min(targets, classes - 1) : 1);
    return 1 + walks * (2 * steps + searchSteps);
  },
  *run(attempt) {
    const { image, goal, budget, parameters } = attempt;
    const clean = { point: image, logits: yield* logits(image) };
    if (isReached(goal, clean.logits)) return;
    let u = Infinity;
    for (const functionals of functionalsOf(parameters.form, goal, clean.logits, image.length)) {
      for (let restart = 0; restart < parameters.restarts; restart++) {
        const start = restart === 0 ? image : randomStart(attempt, u);
        const found = yield* walk(attempt, functionals, start, u);
        if (found === undefined) continue;
        u = distances(image, (yield* finalSearch(clean, found, goal)).point, 1)[budget.norm];
      }
    }
  },
};

/** The functions whose zeros are gone to, in lists for one walk each. */
function functionalsOf(form: Parameters['form'], goal: Goal, clean: Float32Array, size: number): Functional[][] {
  if (goal.target !== undefined) return [[goal.margin]];
  const toward = (other: number) => logitDifference(other, goal.label, clean.length);
  const bytes = 4 * size * (clean.length - 1);
  if (form === 'all-classes' && bytes > mostBytes) {
    throw new UserError(
      `FAB over all ${clean.length} classes would hold ${Math.round(bytes / 2 ** 20)} MB of gradients for every image: set its parameter "form" to "targeted".`,
    );
  }
  return form === 'targeted'
    ? likeliest(clean, goal.label, targets).map((other) => [toward(other)])
    : [likeliest(clean, goal.label, clean.length).map(toward)];
}

/** Algorithm 1 from one starting point: the nearest success on the way, if any is nearer than `u`. */
function* walk(
  { image, goal, budget: { norm }, parameters }: FabAttempt,
  functionals: readonly Functional[],
  start: Pixels,
  u: number,
): Asking<AnsweredPoint | undefined> {
  let best: AnsweredPoint | undefined;
  let nearest = u;
  let x = start;
  for (let step = 0; step < parameters.steps; step++) {
    const { values, gradients } = yield* pullbacks(x, functionals);
    const plane = nearestHyperplane(values, gradients, norm);
    if (plane === undefined) break;
    const change = changeOnto(x, plane.normal, -plane.value, norm);
    const changeOfImage = changeOnto(image, plane.normal, -plane.value - dotWithChange(plane.normal, x, image), norm);
    const [length, lengthFromImage] = [lengthOf(change, norm), lengthOf(changeOfImage, norm)];
    const alpha = Math.min(length / (length + lengthFromImage) || 0, alphaMax);
    x = clip(stepFrom(x, change, image, changeOfImage, alpha));
    const answer = yield* logits(x);
    if (!isReached(goal, answer)) continue;
    const distance = distances(image, x, 1)[norm];
    if (distance < nearest) {
      best = { point: x, logits: answer };
      nearest = distance;
    }
    x = between(image, x, beta);
  }
  return best;
}

/** (1 − α) (x + η δ) + α (x_orig + η δ_orig), rounded to float32 at the end. */
function stepFrom(x: Pixels, change: Float64Array, image: Pixels, changeOfImage: Float64Array, alpha: number): Pixels {
  const stepped = new Float32Array(x.length);
  for (let i = 0; i < stepped.length; i++) {
    const ahead = (x[i] as number) + eta * (change[i] as number);
    const aheadOfImage = (image[i] as number) + eta * (changeOfImage[i] as number);
    stepped[i] = (1 - alpha) * ahead + alpha * aheadOfImage;
  }
  return stepped;
}

/**
 * Looks for the boundary between the image and a success, each time where the difference of the two predicted classes'
 * logits would be zero were it linear, and gives the nearest success.
 */
function* finalSearch(clean: AnsweredPoint, found: AnsweredPoint, goal: Goal): Asking<AnsweredPoint> {
  let [inside, outside] = [clean, found];
  for (let step = 0; step < searchSteps; step++) {
    const [own, other] = [argmax(inside.logits), argmax(outside.logits)];
    const lead = difference(inside.logits, own, other);
    const crossing = lead / (lead + difference(outside.logits, other, own)) || 0;
    const point = between(inside.point, outside.point, crossing + clearance * (1 - crossing));
    const answered = { point, logits: yield* logits(point) };
    if (isReached(goal, answered.logits)) outside = answered;
    else inside = answered;
  }
  return outside;
}

/** A random point of the sphere around the image, clipped to [0, 1]. */
function randomStart({ image, budget: { norm, epsilon }, random }: FabAttempt, u: number): Pixels {
  const radius = Math.min(u, Number.isFinite(epsilon) ? epsilon : usualEpsilon[norm]) / 2;
  return clip(randomSpherePoint(image, { norm, epsilon: radius }, random));
}

function difference(row: Float32Array, to: number, from: number): number {
  return (row[to] as number) - (row[from] as number);
}
