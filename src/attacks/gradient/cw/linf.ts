import type { Pixels } from '../../../data/image.ts';
import { distances } from '../../../geometry/norms.ts';
import type { Attempt } from '../../attackDefinition.ts';
import type { Asking, Dialogue } from '../../dialogue.ts';
import { type CwParameters, objective } from './objective.ts';
import { TanhDescent } from './tanhDescent.ts';

/** A constant at which the authors' program gives up. */
const largestConstant = 20;
/** A change that is no longer worth shrinking. */
const smallestTau = 1 / 256;
const decrease = 0.9;
/** A solution has a loss below this, in units of c. */
const tolerance = 1e-4;

/**
 * Minimizes c · f(x′) + Σ max(|δᵢ| − τ, 0) for smaller and smaller τ, each time from the last solution and with its c,
 * until there is none (Carlini & Wagner 2017, arXiv:1608.04644, section VI-C; the constants are
 * those of the authors’ program).
 */
export function* cwLinf(attempt: Attempt<CwParameters>): Dialogue {
  let start = attempt.image;
  let c = attempt.parameters.initialConstant;
  for (let tau = 1; tau > smallestTau; ) {
    const solution = yield* solve(attempt, tau, start, c);
    if (solution === undefined) return;
    ({ point: start, c } = solution);
    const { linf } = distances(attempt.image, start, attempt.shape.channels);
    tau = decrease * Math.min(tau, linf);
  }
}

/** Descends from `start` until the first success within τ, doubling c every so many steps. */
function* solve(
  { image, goal, parameters }: Attempt<CwParameters>,
  tau: number,
  start: Pixels,
  initialConstant: number,
): Asking<{ point: Pixels; c: number } | undefined> {
  const { confidence, steps, learningRate } = parameters;
  const descent = new TanhDescent(start, learningRate);
  const gradient = new Float64Array(image.length);
  for (let c = initialConstant; c < largestConstant; c *= 2) {
    for (let step = 0; step < steps; step++) {
      const { point } = descent;
      const { shortfall, success, ascent } = yield* objective(point, goal, confidence);
      const pull = shortfall > 0 ? c : 0;
      let loss = c * shortfall;
      for (let i = 0; i < point.length; i++) {
        const change = (point[i] as number) - (image[i] as number);
        // How far the value is beyond τ, with its sign.
        const excess = Math.sign(change) * Math.max(Math.abs(change) - tau, 0);
        loss += Math.abs(excess);
        gradient[i] = Math.sign(excess) - pull * (ascent[i] as number);
      }
      if (success && loss < tolerance * c) return { point, c };
      descent.step(gradient);
    }
  }
  return undefined;
}
