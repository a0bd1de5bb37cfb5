/**
 * The exact test of McNemar on paired outcomes (McNemar 1947; Fagerland, Lydersen & Laake 2013, section 2.4, the exact
 * conditional test): the probability, if losses and gains were equally likely, that they differ by at least this much,
 * two-sided: min(1, 2 · P(X ≤ min(losses, gains))) with X binomial of losses + gains and ½.
 */
export function exactMcNemar(losses: number, gains: number): number {
  const n = losses + gains;
  // In logarithms, as 2⁻ⁿ is too small for a number where n is large.
  let logTerm = -n * Math.LN2;
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= Math.min(losses, gains); k++) {
    logTerm += Math.log((n - k + 1) / k);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, 2 * sum);
}
