import type { Pixels } from '../data/image.ts';
import type { Norm, Norms } from '../geometry/norms.ts';

/** A point that an attack found, as the victim judged it. */
export interface Candidate {
  readonly point: Pixels;
  /** Index of the predicted class. */
  readonly decision: number;
  /** Missing where the victim gives labels only. */
  readonly logits?: Float32Array;
  readonly norms: Norms;
  /** The victim's answer is what the attack wanted. */
  readonly success: boolean;
  /** How far the answer is past the goal (see `lead`); 0 where the victim gives labels only. */
  readonly lead: number;
  /** The part of the attack that found it, where the attack has parts. */
  readonly stage?: string;
  /** When the attack came up with the point, counted from its start. */
  readonly order: number;
}

/** What makes one candidate better than another. */
export interface Wish {
  readonly norm: Norm;
  /** The lead that a success is to have before its distance matters. */
  readonly confidence: number;
  /** Of two successes the nearer, or the one that was found later. */
  readonly prefer: 'nearest' | 'latest';
}

/**
 * Positive when `a` is better than `b`: a success before a failure, one with the confidence that was asked for before one
 * without, then the nearest or the latest; of failures the one that came closest. Of equals the earlier, whatever batches
 * they came in.
 */
export function gain(a: Candidate, b: Candidate, wish: Wish): number {
  const { norm, confidence, prefer } = wish;
  if (a.success !== b.success) return a.success ? 1 : -1;
  const [sure, sureOther] = [a.success && a.lead >= confidence, b.success && b.lead >= confidence];
  if (sure !== sureOther) return sure ? 1 : -1;
  if (sure && prefer === 'latest') return a.order - b.order;
  return (sure ? b.norms[norm] - a.norms[norm] : a.lead - b.lead) || b.order - a.order;
}
