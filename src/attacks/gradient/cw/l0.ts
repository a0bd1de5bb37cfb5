import type { Pixels } from '../../../data/image.ts';
import { lengthOf } from '../../../geometry/norms.ts';
import { placesOf } from '../../../geometry/order.ts';
import { copyPixel } from '../../../geometry/pixels.ts';
import { addScaled, scaled, subtract, type Vector } from '../../../geometry/vector.ts';
import type { Attempt } from '../../attackDefinition.ts';
import type { Asking, Dialogue } from '../../dialogue.ts';
import { type CwParameters, type Objective, objective } from './objective.ts';
import { TanhDescent } from './tanhDescent.ts';

/** The lead that is asked for beyond the confidence, and how nearly it must be there. */
const surplus = 0.01;
const tolerance = 1e-4;
/** A constant at which the authors' program gives up. */
const largestConstant = 2e6;
/** A pixel counts as changed from this change of a value on. */
const visible = 1e-4;
/** Of pixels that matter more than this, no more than one is given up at a time. */
const considerable = 0.01;

interface Solution {
  readonly point: Pixels;
  /** The constant it was found with. */
  readonly c: number;
  readonly ascent: Objective['ascent'];
}

/**
 * Minimizes ‖x′ − x‖₂² + c · f(x′) over fewer and fewer pixels: of each solution, the pixels i that matter least,
 * those with the smallest |∇f(x′)ᵢ · δᵢ|, go back to their original value for good, until none is found with those that
 * are left (Carlini & Wagner 2017, arXiv:1608.04644, section VI-B). The paper gives up one pixel at a time; how many it
 * may be at a time, and how c grows, is as in the authors' program.
 */
export function* cwL0(attempt: Attempt<CwParameters>): Dialogue {
  const { image, shape, parameters } = attempt;
  const allowed = new Uint8Array(image.length / shape.channels).fill(1);
  let start = image;
  let c = parameters.initialConstant;
  while (allowed.includes(1)) {
    const solution = yield* solve(attempt, allowed, start, c);
    if (solution === undefined) return;
    giveUpPixels(allowed, image, solution, shape.channels);
    ({ point: start, c } = solution);
  }
}

/** Descends from `start` until the first success, doubling c every so many steps. */
function* solve(
  { image, shape, goal, parameters }: Attempt<CwParameters>,
  allowed: Uint8Array,
  start: Pixels,
  initialConstant: number,
): Asking<Solution | undefined> {
  const { confidence, steps, learningRate } = parameters;
  const zeros = new Float64Array(image.length);
  const origin = new TanhDescent(image, learningRate).point;
  const descent = new TanhDescent(start, learningRate);
  for (let c = initialConstant; c < largestConstant; c *= 2) {
    for (let step = 0; step < steps; step++) {
      const { point } = descent;
      hold(point, image, allowed, shape.channels);
      const { shortfall, ascent } = yield* objective(point, goal, confidence + surplus);
      if (shortfall < tolerance) return { point, c, ascent };
      const gradient = addScaled(scaled(subtract(point, origin), 2), ascent, -c);
      hold(gradient, zeros, allowed, shape.channels);
      descent.step(gradient);
    }
  }
  return undefined;
}

/** Gives the pixels that may not change what they are in `from`; in place. */
function hold(vector: Vector, from: Vector, allowed: Uint8Array, channels: number): void {
  for (let pixel = 0; pixel < allowed.length; pixel++) {
    if (allowed[pixel] !== 1) copyPixel(vector, from, pixel, channels);
  }
}

/** Takes pixels from those that may change, at least one. */
function giveUpPixels(allowed: Uint8Array, image: Pixels, { point, ascent }: Solution, channels: number): void {
  const importance = new Float64Array(allowed.length);
  const changed = new Uint8Array(allowed.length);
  for (let i = 0; i < point.length; i++) {
    const pixel = Math.floor(i / channels);
    const change = Math.abs((point[i] as number) - (image[i] as number));
    importance[pixel] = (importance[pixel] as number) + change * Math.abs(ascent[i] as number);
    if (change >= visible) changed[pixel] = 1;
  }
  const most = 0.3 * Math.sqrt(lengthOf(changed, 'l1'));
  const candidates = placesOf(allowed.length).filter((pixel) => allowed[pixel] === 1);
  candidates.sort((a, b) => (importance[a] as number) - (importance[b] as number));
  for (const [given, pixel] of candidates.entries()) {
    allowed[pixel] = 0;
    if ((importance[pixel] as number) > considerable || given + 1 >= most) return;
  }
}
