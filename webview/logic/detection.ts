import type { Separation } from '../../src/defenses/detectors/separation.ts';
import type { Attacker } from '../../src/defenses/guard/attacker.ts';
import type { Metrics } from '../../src/evaluation/metrics.ts';
import type { Round } from '../../src/evaluation/round.ts';
import type { ShownExample } from '../../src/page/protocol.ts';
import type { TestReport } from '../../src/reports/report.ts';

/** The result of an attacker at one budget. */
export interface Assault {
  readonly attacker: Attacker;
  readonly metrics: Metrics;
  /** Missing if no example is misclassified. */
  readonly separation?: Separation;
}

/** Both attackers at one budget, the test's own first; empty without a detector. */
export function assaultsOf({ detector }: TestReport, round: Round | undefined): Assault[] {
  const { metrics, detection } = round ?? {};
  if (!detector || !detection || !metrics) return [];
  return [{ attacker: detector.attacker, metrics, separation: detection.separation }, detection.other];
}

/** Places of scores on a bar, from 0 to 1, with the threshold in the middle; what lies far out is at its end. */
export interface ScoreScale {
  readonly threshold: number;
  placeOf(score: number): number;
}

/** A scale that nine of ten scores of a test fit in, so that a few extreme ones do not push all others together. */
export function scoreScale(examples: readonly ShownExample[], threshold: number | undefined): ScoreScale | undefined {
  if (threshold === undefined) return undefined;
  const distances = examples
    .flatMap(({ clean, adversarial }) => [clean.score, adversarial?.score])
    .flatMap((score) => (isNumber(score) ? Math.abs(score - threshold) : []))
    .sort((a, b) => a - b);
  const spread = distances[Math.floor(0.9 * distances.length)] || 1;
  return {
    threshold,
    placeOf: (score) => (isNumber(score) ? Math.min(1, Math.max(0, 0.5 + (score - threshold) / (2 * spread))) : 1),
  };
}

/** JSON uses `null` for a score that is not finite. */
function isNumber(score: number | null | undefined): score is number {
  return typeof score === 'number' && Number.isFinite(score);
}
