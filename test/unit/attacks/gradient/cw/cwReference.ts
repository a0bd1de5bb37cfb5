import assert from 'node:assert/strict';
import type { CwParameters } from '../../../../../src/attacks/gradient/cw/objective.ts';
import type { ImageShape } from '../../../../../src/data/image.ts';
import type { DifferentiableClassifier } from '../../../../../src/models/classifier.ts';
import type { Exchange } from '../../../../support/conversation.ts';
import { linearClassifier } from '../../../../support/linearClassifier.ts';
import { unrolledStep } from '../../../geometry/adamChecks.ts';

/** Answers in turn with these leads of class 1 over class 0, and with these gradients of the lead. */
export function scriptedLeads(
  leads: readonly number[],
  gradients: readonly (readonly number[])[],
  input: ImageShape,
): DifferentiableClassifier {
  const row = new Array(input.height * input.width * input.channels).fill(0);
  let asked = 0;
  return {
    ...linearClassifier([row, row], [1, 0], input),
    async pullback() {
      const lead = leads[asked % leads.length] as number;
      const gradient = Float32Array.from(gradients[asked % gradients.length] ?? []);
      asked++;
      return { logits: [Float32Array.of(0, lead)], values: [[lead]], gradients: [[gradient]] };
    },
  };
}

interface Talked {
  readonly exchanges: readonly Exchange[];
  readonly image: Float32Array;
  readonly parameters: CwParameters;
  readonly channels: number;
}

interface Asked {
  readonly x: readonly number[];
  readonly lead: number;
  readonly gradient: readonly number[];
}

/** Follows a conversation: what is asked must be where the paper's formulas say. */
class Follower {
  readonly talked: Talked;
  #at = 0;

  constructor(talked: Talked) {
    this.talked = talked;
  }

  /** The next answer, once the point that was asked about is where it should be. */
  next(expected: readonly number[]): Asked {
    const { query, answers } = this.talked.exchanges[this.#at] ?? assert.fail(`nothing is asked after ${this.#at}`);
    assert.equal(query.kind, 'pullback');
    const x = [...(query.points[0] as Float32Array)];
    const error = Math.max(...x.map((value, i) => Math.abs(value - (expected[i] as number))));
    assert.ok(error < 1e-6, `point ${this.#at} is ${error} off`);
    this.#at++;
    const [logits, raw] = [answers[0]?.logits, answers[0]?.gradients?.[0]] as [Float32Array, Float32Array];
    const gradient = Array.from(raw, (g) => (Number.isFinite(g) ? g : 0));
    return { x, lead: (logits[1] as number) - (logits[0] as number), gradient };
  }

  end(): void {
    assert.equal(this.#at, this.talked.exchanges.length, 'more is asked');
  }
}

const spaceOf = (start: readonly number[]) => start.map((value) => Math.atanh((2 * value - 1) * 0.999999));
const imageOf = (w: readonly number[]) => w.map((value) => (Math.tanh(value) + 1) / 2);

/** Adam in w from a start, by the history of all gradients with respect to w. */
function walk(start: readonly number[], learningRate: number) {
  const from = spaceOf(start);
  const history: number[][] = from.map(() => []);
  let w: readonly number[] = from;
  return {
    point: () => imageOf(w),
    step(byPoint: readonly number[]) {
      w = w.map((value, i) => {
        const gradients = history[i] as number[];
        gradients.push((byPoint[i] as number) * 0.5 * (1 - Math.tanh(value) ** 2));
        return value + unrolledStep(gradients, learningRate);
      });
    },
  };
}

/** Asserts that a conversation is the attack in l2. */
export function assertCwL2(talked: Talked): void {
  const { image, parameters } = talked;
  const { confidence, steps, learningRate, initialConstant, binarySearchSteps } = parameters;
  const follower = new Follower(talked);
  const tried: { c: number; success: boolean }[] = [];
  for (let search = 0; search < binarySearchSteps; search++) {
    const good = tried.filter(({ success }) => success).map(({ c }) => c);
    const bad = tried.filter(({ success }) => !success).map(({ c }) => c);
    const [low, high] = [Math.max(0, ...bad), Math.min(1e10, ...good)];
    let c = good.length > 0 ? (low + high) / 2 : initialConstant * 10 ** search;
    if (binarySearchSteps >= 10 && search === binarySearchSteps - 1) c = high;
    const descent = walk([...image], learningRate);
    const farthest = Math.max(...spaceOf([...image]).map(Math.abs));
    const patience = Math.max(1, Math.floor(steps / 10), Math.ceil(farthest / learningRate));
    const origin = imageOf(spaceOf([...image])).map(Math.fround);
    let success = false;
    const losses: number[] = [];
    const lows: number[] = [];
    for (let step = 0; step < steps; step++) {
      const { x, lead, gradient } = follower.next(descent.point());
      success ||= lead > 0 && lead >= confidence;
      const change = x.map((value, i) => value - (origin[i] as number));
      const f = Math.max(-lead, -confidence);
      losses.push(change.reduce((sum, d) => sum + d ** 2, 0) + c * (f + confidence));
      if (step % patience === 0) {
        const low = Math.min(...losses);
        if (low > 0.9999 * (lows.at(-1) ?? Infinity)) break;
        lows.push(low);
      }
      descent.step(change.map((d, i) => 2 * d + (f > -confidence ? -c * (gradient[i] as number) : 0)));
    }
    tried.push({ c, success });
  }
  follower.end();
}

/** Asserts that a conversation is the attack in l0. */
export function assertCwL0(talked: Talked): void {
  const { image, parameters, channels } = talked;
  const { confidence, steps, learningRate, initialConstant } = parameters;
  const follower = new Follower(talked);
  const origin = imageOf(spaceOf([...image])).map(Math.fround);
  const fixed = new Set<number>();
  const isFixed = (i: number) => fixed.has(Math.floor(i / channels));
  const pixels = Array.from({ length: image.length / channels }, (_, pixel) => pixel);
  let start: readonly number[] = [...image];
  let c = initialConstant;
  while (fixed.size < pixels.length) {
    const solution = solve();
    if (solution === undefined) break;
    start = solution.x;
    const importance = pixels.map((pixel) =>
      solution.x.reduce((sum, value, i) => {
        const part = Math.abs((value - (image[i] as number)) * (solution.gradient[i] as number));
        return Math.floor(i / channels) === pixel ? sum + part : sum;
      }, 0),
    );
    const changed = pixels.filter((pixel) =>
      solution.x.some(
        (value, i) => Math.floor(i / channels) === pixel && Math.abs(value - (image[i] as number)) >= 1e-4,
      ),
    );
    const least = pixels.filter((pixel) => !fixed.has(pixel));
    least.sort((a, b) => (importance[a] as number) - (importance[b] as number));
    const small = least.findIndex((pixel) => (importance[pixel] as number) > 0.01);
    const many = Math.max(1, Math.ceil(0.3 * Math.sqrt(changed.length)));
    for (const pixel of least.slice(0, small < 0 ? many : Math.min(many, small + 1))) fixed.add(pixel);
  }
  follower.end();

  function solve(): Asked | undefined {
    const descent = walk(start, learningRate);
    for (; c < 2e6; c *= 2) {
      for (let step = 0; step < steps; step++) {
        const point = descent.point().map((value, i) => (isFixed(i) ? (image[i] as number) : value));
        const asked = follower.next(point);
        if (asked.x.some((value, i) => isFixed(i) && value !== image[i])) assert.fail('a fixed pixel changes');
        if (confidence + 0.01 - asked.lead < 1e-4) return asked;
        const slope = (value: number, i: number) =>
          2 * (value - (origin[i] as number)) - c * (asked.gradient[i] as number);
        descent.step(asked.x.map((value, i) => (isFixed(i) ? 0 : slope(value, i))));
      }
    }
    return undefined;
  }
}

/** Asserts that a conversation is the attack in linf. */
export function assertCwLinf(talked: Talked): void {
  const { image, parameters } = talked;
  const { confidence, steps, learningRate, initialConstant } = parameters;
  const follower = new Follower(talked);
  let start: readonly number[] = [...image];
  let c = initialConstant;
  for (let tau = 1; tau > 1 / 256; ) {
    const x = solve(tau);
    if (x === undefined) break;
    start = x;
    tau = 0.9 * Math.min(tau, Math.max(...x.map((value, i) => Math.abs(value - (image[i] as number)))));
  }
  follower.end();

  function solve(tau: number): readonly number[] | undefined {
    const descent = walk(start, learningRate);
    for (; c < 20; c *= 2) {
      for (let step = 0; step < steps; step++) {
        const { x, lead, gradient } = follower.next(descent.point());
        const change = x.map((value, i) => value - (image[i] as number));
        const excess = change.reduce((sum, d) => sum + Math.max(Math.abs(d) - tau, 0), 0);
        const f = Math.max(confidence - lead, 0);
        if (lead > 0 && lead >= confidence && c * f + excess < 1e-4 * c) return x;
        const outward = (d: number) => (Math.abs(d) > tau ? Math.sign(d) : 0);
        descent.step(change.map((d, i) => outward(d) - (f > 0 ? c * (gradient[i] as number) : 0)));
      }
    }
    return undefined;
  }
}
