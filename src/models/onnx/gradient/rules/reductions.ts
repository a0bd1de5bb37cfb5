import type { Rule } from '../rule.ts';

/** Sums, means, norms and extremes over axes. */
export const reductions: Readonly<Record<string, Rule>> = {};
