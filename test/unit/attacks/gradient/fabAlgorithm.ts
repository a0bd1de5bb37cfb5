import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Goal, isReached } from '../../../../src/attacks/goal.ts';
import { distances } from '../../../../src/geometry/norms.ts';
import { dualLength, gainOf, length, nearestInBox } from '../../../support/boxedHyperplane.ts';
import type { Exchange } from '../../../support/conversation.ts';

export type FabNorm = 'linf' | 'l2' | 'l1';

const clip = (value: number) => Math.min(Math.max(value, 0), 1);

/** The next point of algorithm 1, from the values and gradients at x. */
function nextPoint(
  x: Float32Array,
  image: Float32Array,
  { values = [], gradients = [] }: Exchange['answers'][number],
  norm: FabNorm,
): number[] | undefined {
  const sizes = gradients.map((w, l) => Math.abs(values[l] as number) / dualLength(w, norm));
  const finite = sizes.filter(Number.isFinite);
  if (finite.length === 0) return undefined;
  const s = sizes.indexOf(Math.min(...finite));
  const [w, f] = [gradients[s] as Float32Array, values[s] as number];
  // How far a value goes that makes next to no difference is a matter of rounding.
  fc.pre(w.every((value) => value === 0 || Math.abs(value) > 1e-4 * length(w, 'linf')));
  const z = nearestInBox(x, w, -f, norm);
  const zOfImage = nearestInBox(image, w, -f - gainOf(w, image, x), norm);
  const change = (to: readonly number[], from: Float32Array) => to.map((value, i) => value - (from[i] as number));
  const [d, dOfImage] = [change(z, x), change(zOfImage, image)];
  const [a, b] = [length(d, norm), length(dOfImage, norm)];
  const alpha = a === 0 ? 0 : Math.min(a / (a + b), 0.1);
  return d.map((value, i) => {
    const [here, original] = [x[i] as number, image[i] as number];
    return clip((1 - alpha) * (here + 1.05 * value) + alpha * (original + 1.05 * (dOfImage[i] as number)));
  });
}

/**
 * Asserts that a conversation is algorithm 1's from the image: from what it was answered, every next point, the way back
 * from successes, and the three steps of the search between the nearest success and the image.
 * @returns the distance of the nearest success before that search.
 */
export function assertAlgorithm1(
  exchanges: readonly Exchange[],
  image: Float32Array,
  goal: Goal,
  norm: FabNorm,
  steps: number,
): number {
  const rest = exchanges.values();
  const next = (kind: string, expected: readonly number[] | Float32Array) => {
    const exchange = rest.next().value as Exchange | undefined;
    assert.equal(exchange?.query.kind, kind);
    const [point] = exchange.query.points as [Float32Array];
    const error = Math.max(...point.map((value, i) => Math.abs(value - (expected[i] as number))));
    assert.ok(error < 1e-5, `${point}, not ${expected}`);
    const answer = exchange.answers[0] as Exchange['answers'][number];
    return { point, answer, logits: answer.logits as Float32Array };
  };
  const clean = next('logits', image);
  if (isReached(goal, clean.logits)) {
    assert.ok(rest.next().done, 'it goes on');
    return 0;
  }
  let [nearest, best]: [number, typeof clean | undefined] = [Infinity, undefined];
  let x: Float32Array | number[] = image;
  for (let step = 0; step < steps; step++) {
    const { point, answer } = next('pullback', x);
    const to = nextPoint(point, image, answer, norm);
    if (to === undefined) break;
    const reached = next('logits', to);
    x = reached.point;
    if (!isReached(goal, reached.logits)) continue;
    const distance = distances(image, x, 1)[norm];
    if (distance < nearest) [nearest, best] = [distance, reached];
    x = Array.from(x, (value, i) => 0.1 * (image[i] as number) + 0.9 * value);
  }
  let [inside, outside] = [clean, best];
  for (let k = 0; k < 3 && outside; k++) {
    // Where z_own − z_other of the two predicted classes is zero on the line through its ends, and 1% of the rest more.
    const [own, other] = [inside.answer.decision, outside.answer.decision];
    const [f, g] = [inside.logits, outside.logits].map((z) => (z[own] as number) - (z[other] as number));
    const zero = (f as number) / ((f as number) - (g as number)) || 0;
    const part = zero + 0.01 * (1 - zero);
    const [from, to]: Float32Array[] = [inside.point, outside.point];
    const tried = next('logits', from?.map((value, i) => value + part * ((to?.[i] as number) - value)) ?? []);
    if (isReached(goal, tried.logits)) outside = tried;
    else inside = tried;
  }
  assert.ok(rest.next().done, 'it goes on');
  return nearest;
}
