import { formatEpsilon, formatNorm } from './format.ts';
import type { TestReport } from './report.ts';

/**
 * What each stage of an attack achieved, one line per budget: "APGD-CE fooled 40, APGD-T 3, FAB-T 0 more". Empty if the
 * attack has no stages.
 */
export function describeStages({ rounds, attack: { norm } }: Pick<TestReport, 'rounds' | 'attack'>): string[] {
  return rounds.flatMap(({ epsilon, stages }) => {
    if (stages === undefined) return [];
    const [first, ...rest] = stages.map(({ title, fooled }, i) => `${title}${i === 0 ? ' fooled' : ''} ${fooled}`);
    const all = rest.length > 0 ? `${[first, ...rest].join(', ')} more` : `${first}`;
    return [
      rounds.length > 1 && epsilon !== undefined
        ? `at ${formatNorm(norm)} ${formatEpsilon(epsilon, norm)}: ${all}`
        : all,
    ];
  });
}
