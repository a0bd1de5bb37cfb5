import Table from 'cli-table3';
import {
  formatDistance,
  formatEpsilon,
  formatPercent,
  isPlanned,
  type RunReport,
  type TestReport,
} from '../reports/report.ts';
import { describeStages } from '../reports/stages.ts';

const marks = { passed: '✓ passed', failed: '✗ failed', errored: '! errored' } as const;

/** The results of a run as a table, one line for each test and budget, followed by why tests failed or errored. */
export function formatTable({ tests }: RunReport): string {
  const table = new Table({
    head: ['test', 'model', 'attack', 'budget', 'clean', 'robust', 'success', 'median', 'result'],
    style: { head: [], border: [] },
  });
  for (const test of tests) {
    if (!isPlanned(test) || test.rounds.length === 0) {
      table.push([test.name, isPlanned(test) ? test.model.name : '', '', '', '', '', '', '', marks[test.status]]);
      continue;
    }
    for (const [i, { epsilon, ...round }] of test.rounds.entries()) {
      const first = i === 0;
      table.push([
        first ? test.name : '',
        first ? test.model.name : '',
        first ? `${test.attack.title} ${test.attack.norm}${test.attack.target ? ` → ${test.attack.target}` : ''}` : '',
        epsilon === undefined ? '' : formatEpsilon(epsilon, test.attack.norm),
        ...figures(test.attack.kind, round),
        first ? marks[test.status] : '',
      ]);
    }
  }
  const remarks = tests.flatMap((test) => [
    ...(test.status === 'passed' ? [] : [`${marks[test.status]}: ${test.name}${placeOf(test)}: ${test.message}`]),
    ...(isPlanned(test) ? test.warnings.map((warning) => `warning: ${test.name}: ${warning}`) : []),
    ...(isPlanned(test) ? describeStages(test).map((line) => `note: ${test.name}: ${line}`) : []),
    ...(isPlanned(test) ? test.dataset.notes.map((note) => `note: ${test.name}: ${note}`) : []),
  ]);
  return [table.toString(), ...remarks].join('\n');
}

/** Clean and robust accuracy, success rate and median distance, as far as they mean anything for what was made. */
function figures(
  kind: TestReport['attack']['kind'],
  { metrics }: Pick<TestReport['rounds'][number], 'metrics'>,
): string[] {
  if (kind === 'explanation') return ['—', '—', '—', '—'];
  const { cleanAccuracy, robustAccuracy, successRate, medianDistance } = metrics;
  return [
    kind === 'forge' ? '—' : formatPercent(cleanAccuracy),
    robustAccuracy === undefined ? '—' : formatPercent(robustAccuracy),
    formatPercent(successRate),
    formatDistance(medianDistance),
  ];
}

/** Where a test that could not be evaluated is defined; the message of one that was never planned says so itself. */
function placeOf(test: RunReport['tests'][number]): string {
  return test.status === 'errored' && isPlanned(test) ? ` (${test.origin.file}:${test.origin.line})` : '';
}
