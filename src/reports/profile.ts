import { activities } from '../runner/stopwatch.ts';
import { formatPercent } from './format.ts';
import type { TestReport } from './report.ts';

/** What the time of a test went into, most first: "2.3 s: engine 71.2%, audit 20.1%"; empty if it did not run. */
export function describeProfile({ profile, time }: Pick<TestReport, 'profile' | 'time'>): string[] {
  if (profile === undefined) return [];
  const whole = activities.reduce((sum, activity) => sum + profile[activity], 0);
  const parts = activities
    .map((activity) => ({ activity, share: profile[activity] / whole }))
    .sort((a, b) => b.share - a.share)
    .map(({ activity, share }) => `${activity} ${formatPercent(share)}`);
  return [`${time.toFixed(1)} s: ${parts.join(', ')}`];
}
