import { isReachedBy } from '../attacks/goal.ts';
import type { Pixels } from '../data/image.ts';
import { distances, type Norm } from '../geometry/norms.ts';
import { configureAttack, definitionOf } from '../runner/configuredAttack.ts';
import type { Subject } from '../runner/conversation.ts';
import { runAttack } from '../runner/runAttack.ts';
import type { Judgment, Victim } from '../runner/victim.ts';

/** What shrinking works with. */
export interface ShrinkOptions {
  /** What is attacked. */
  readonly victim: Victim;
  /** What decides. */
  readonly judge: Victim;
  readonly signal?: AbortSignal;
}

/** The attack that finds the nearest adversarial example in a norm: σ-zero where pixels are counted, otherwise FMN. */
const nearestBy: Readonly<Record<Norm, string>> = { l0: 'sigma-zero', linf: 'fmn', l2: 'fmn', l1: 'fmn' };

/** The nearest adversarial example that was found of an image. */
export interface Nearest {
  /** Place of the subject among those that were given. */
  readonly index: number;
  readonly point: Pixels;
  /** From the image, in the norm. */
  readonly distance: number;
}

/**
 * Looks for the nearest adversarial example of each image in a norm, on the 8-bit grid, by attacking it again. Taking a
 * perturbation back pixel by pixel asks far more and leaves far more.
 * @returns those that fool who decides, as they are found; none where the victim gives no gradients.
 */
export async function* nearestIn(
  norm: Norm,
  subjects: AsyncIterable<Subject>,
  { victim, judge, signal }: ShrinkOptions,
): AsyncGenerator<Nearest> {
  if (victim.access !== 'gradients') return;
  const definition = definitionOf(nearestBy[norm]);
  const attack = configureAttack(definition, { norm, parameters: {}, preset: 'quick', quantize: true });
  const run = { victim, attack, stopAtSuccess: false, ...(signal && { signal }) };
  for await (const { index, best, subject } of runAttack(run, subjects)) {
    if (!best?.success) continue;
    const [{ decision, rejected }] = (await judge.judge([best.point])) as [Judgment];
    if (!isReachedBy(subject.goal, decision) || rejected) continue;
    yield { index, point: best.point, distance: distances(subject.image, best.point, judge.input.channels)[norm] };
  }
}
