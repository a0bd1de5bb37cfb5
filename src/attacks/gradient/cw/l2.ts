import type { Attempt } from '../../attackDefinition.ts';
import type { Asking, Dialogue } from '../../dialogue.ts';
import type { CwParameters } from './objective.ts';
import { objective } from './objective.ts';
import { TanhDescent } from './tanhDescent.ts';

/** A constant that no search goes to: until the first success nothing bounds it. */
const unbounded = 1e10;
/** From this many searches on, the last one repeats the smallest constant that was a success. */
const enoughToRepeat = 10;

/**
 * Minimizes ‖x′ − x‖₂² + c · f(x′) over w for several constants c, by binary search for the smallest c that succeeds:
 * ten times as large until the first success, then the middle between failure and success (Carlini & Wagner 2017,
 * arXiv:1608.04644, section V-A, "choosing the constant", and section VI-A; the search is that of the
 * authors’ program).
 */
export function* cwL2(attempt: Attempt<CwParameters>): Dialogue {
  const { binarySearchSteps, initialConstant } = attempt.parameters;
  let [lower, c, upper] = [0, initialConstant, unbounded];
  for (let search = 1; search <= binarySearchSteps; search++) {
    if (search === binarySearchSteps && search >= enoughToRepeat) c = upper;
    if (yield* minimize(attempt, c)) upper = Math.min(upper, c);
    else lower = Math.max(lower, c);
    c = upper < unbounded ? (lower + upper) / 2 : 10 * c;
  }
}

/** True when a point on the way was a success. */
function* minimize({ image, goal, parameters }: Attempt<CwParameters>, c: number): Asking<boolean> {
  const { confidence, steps, learningRate } = parameters;
  const descent = new TanhDescent(image, learningRate);
  // The authors measure from where w starts, a millionth from the image, so that values with no gradient stay there.
  // Which success is the nearest is told by its distance to the image itself.
  const origin = descent.point.slice();
  // The authors look back after a tenth of the steps. The loss of one image goes up and down where it crosses the
  // boundary, so it is the lowest so far that must have fallen. Where there are few steps, Adam's short ones must first
  // have had the time to bring black and white pixels to where they show: until then nothing seems to help.
  const patience = Math.max(1, Math.floor(steps / 10), Math.ceil(descent.reach / learningRate));
  const gradient = new Float64Array(image.length);
  let [lowest, before] = [Infinity, Infinity];
  let found = false;
  for (let step = 0; step < steps; step++) {
    const { point } = descent;
    const { shortfall, success, ascent } = yield* objective(point, goal, confidence);
    found ||= success;
    const pull = shortfall > 0 ? c : 0;
    let loss = c * shortfall;
    for (let i = 0; i < point.length; i++) {
      const change = (point[i] as number) - (origin[i] as number);
      loss += change * change;
      gradient[i] = 2 * change - pull * (ascent[i] as number);
    }
    lowest = Math.min(lowest, loss);
    if (step % patience === 0) {
      if (lowest > 0.9999 * before) break;
      before = lowest;
    }
    descent.step(gradient);
  }
  return found;
}
