import { formatEpsilon, formatNorm, formatPercent } from './format.ts';
import type { TestReport } from './report.ts';

/**
 * How many images a model that verifies identities accepts or rejects wrongly, before the attack and at each budget, and its
 * equal error rate; one line per budget. Empty for other models.
 */
export function describeVerification({
  model: { enrolled },
  rounds,
  attack: { norm },
}: Pick<TestReport, 'model' | 'rounds' | 'attack'>): string[] {
  if (enrolled === undefined) return [];
  const before = rounds[0]?.verification;
  if (before === undefined) return [];
  const { images, clean, equalErrorRate } = before;
  const rate = equalErrorRate
    ? `; equal error rate ${formatPercent(equalErrorRate.rate)} at ${equalErrorRate.threshold.toFixed(2)}`
    : '';
  const start = `at threshold ${enrolled.threshold}, ${images} images: ${errors(clean)} before the attack${rate}`;
  const attacked = rounds.flatMap(({ epsilon, verification }) => {
    if (verification === undefined) return [];
    const where = epsilon === undefined ? '' : ` at ${formatNorm(norm)} ${formatEpsilon(epsilon, norm)}`;
    return [`${errors(verification.attacked)} under attack${where}`];
  });
  return [start, ...attacked];
}

function errors({
  falseAccepts,
  falseRejects,
}: {
  readonly falseAccepts: number;
  readonly falseRejects: number;
}): string {
  return `${count(falseAccepts, 'false accept')} and ${count(falseRejects, 'false reject')}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
