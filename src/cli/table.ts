import Table from 'cli-table3';
import { kinds } from '../attacks/kind.ts';
import type { Metrics } from '../evaluation/metrics.ts';
import { describeDetection, describeFinding, describeOmissions } from '../reports/detection.ts';
import { formatDistance, formatEpsilon, formatNorm, formatPercent, formatRange } from '../reports/format.ts';
import { describeKnown } from '../reports/known.ts';
import { describeOffGrid } from '../reports/outcome.ts';
import { describeQueryCurves } from '../reports/queryCurve.ts';
import { isPlanned, type RunReport, type TestReport, type TransferMatrix } from '../reports/report.ts';
import { describeStages } from '../reports/stages.ts';
import { describeTransfer } from '../reports/transfer.ts';
import { describeVerification } from '../reports/verification.ts';

const marks = { passed: '✓ passed', failed: '✗ failed', errored: '! errored', measured: '· measured' } as const;

/** The results of a run as a table, one line for each test and budget, followed by why tests failed or errored. */
export function formatTable({ tests, transfer = [] }: RunReport): string {
  const table = new Table({
    head: ['test', 'model', 'attack', 'budget', 'clean', 'robust', 'success', 'median', 'result'],
    style: { head: [], border: [] },
  });
  for (const test of tests) {
    if (!isPlanned(test) || test.rounds.length === 0) {
      table.push([test.name, isPlanned(test) ? test.model.name : '', '', '', '', '', '', '', marks[test.status]]);
      continue;
    }
    const { norm, kind } = test.attack;
    for (const [i, { epsilon, metrics, detection, purification, transfer }] of test.rounds.entries()) {
      const budget = epsilon === undefined ? '' : formatEpsilon(epsilon, norm);
      const names = i === 0 ? [test.name, test.model.name, attackOf(test)] : ['', '', attackerOf(test)];
      table.push([...names, budget, ...figures(kind, metrics, epsilon), i === 0 ? marks[test.status] : '']);
      if (transfer?.whiteBox) {
        const { title, metrics: others } = transfer.whiteBox;
        table.push(['', '', `white-box ${title}`, budget, ...figures(kind, others, epsilon), '']);
      }
      const { other } = detection ?? purification ?? {};
      if (!other) continue;
      const { attacker, metrics: others } = other;
      table.push(['', '', `${attacker} attacker`, budget, ...figures(kind, others, epsilon), '']);
    }
  }
  const remarks = tests.flatMap((test) => [
    ...(test.status === 'passed' ? [] : [`${marks[test.status]}: ${test.name}${placeOf(test)}: ${test.message}`]),
    ...(isPlanned(test) ? test.warnings.map((warning) => `warning: ${test.name}: ${warning}`) : []),
    ...(isPlanned(test) ? describeKnown(test).map((line) => `known: ${test.name}: ${line}`) : []),
    ...(isPlanned(test) ? describeStages(test).map((line) => `note: ${test.name}: ${line}`) : []),
    ...(isPlanned(test) ? describeOffGrid(test).map((line) => `note: ${test.name}: ${line}`) : []),
    ...(isPlanned(test) ? describeQueryCurves(test).map((line) => `note: ${test.name}: ${line}`) : []),
    ...(isPlanned(test) ? describeDetection(test).map((line) => `detector: ${test.name}: ${line}`) : []),
    ...(isPlanned(test) ? describeVerification(test).map((line) => `identities: ${test.name}: ${line}`) : []),
    ...(isPlanned(test) ? describeTransfer(test).map((line) => `transfer: ${test.name}: ${line}`) : []),
    ...(isPlanned(test)
      ? (test.findings ?? []).map((finding) => `audit: ${test.name}: ${describeFinding(finding)}`)
      : []),
    ...(isPlanned(test) ? describeOmissions(test.notChecked).map((line) => `audit: ${test.name}: ${line}`) : []),
    ...(isPlanned(test) ? test.dataset.notes.map((note) => `note: ${test.name}: ${note}`) : []),
  ]);
  return [table.toString(), ...transfer.flatMap(formatMatrix), ...remarks].join('\n');
}

/** What fools each model that was crafted on each surrogate, and the white-box result below. */
function formatMatrix(matrix: TransferMatrix): string[] {
  const { attack, norm, epsilon, surrogates, models, successRates, whiteBox, whiteBoxAttack } = matrix;
  const show = (rate: number | null) => (rate === null ? '—' : formatPercent(rate));
  const table = new Table({ head: ['crafted on', ...models], style: { head: [], border: [] } });
  for (const [i, surrogate] of surrogates.entries()) table.push([surrogate, ...(successRates[i] ?? []).map(show)]);
  if (whiteBoxAttack !== undefined) table.push([`the model itself, ${whiteBoxAttack}`, ...whiteBox.map(show)]);
  const budget = epsilon === undefined ? formatNorm(norm) : `${formatNorm(norm)} ${formatEpsilon(epsilon, norm)}`;
  return [`images fooled by ${attack}, ${budget}:`, table.toString()];
}

/** The attack of a test, its norm and target, and the attacker where there is a detector or a purifier. */
function attackOf(test: TestReport): string {
  const { title, norm, target } = test.attack;
  const attack = `${title} ${norm}${target ? ` → ${target}` : ''}`;
  const origin = test.surrogates ? ` from ${test.surrogates.map(({ name }) => name).join(' and ')}` : '';
  return (test.detector ?? test.purifier) ? `${attack}, ${attackerOf(test)}` : `${attack}${origin}`;
}

function attackerOf({ detector, purifier }: TestReport): string {
  const { attacker } = detector ?? purifier ?? {};
  return attacker ? `${attacker} attacker` : '';
}

/**
 * Clean and robust accuracy, success rate and median distance, as far as they mean anything for what was made: an attack
 * within a budget stops at its first success, however near one could come. Undecided images leave a range.
 */
function figures(
  kind: TestReport['attack']['kind'],
  { cleanAccuracy, robustAccuracy, successRate, medianDistance, ifHeld }: Metrics,
  epsilon: number | undefined,
): string[] {
  if (!kinds[kind].isMeasured) return ['—', '—', '—', '—'];
  return [
    kinds[kind].hasTrueLabel ? formatPercent(cleanAccuracy) : '—',
    robustAccuracy === undefined ? '—' : formatRange(formatPercent, robustAccuracy, ifHeld?.robustAccuracy),
    formatRange(formatPercent, ifHeld?.successRate ?? successRate, successRate),
    epsilon !== undefined ? '—' : formatRange(formatDistance, medianDistance, ifHeld?.medianDistance),
  ];
}

/** Where a test that could not be evaluated is defined; the message of one that was never planned says so itself. */
function placeOf(test: RunReport['tests'][number]): string {
  return test.status === 'errored' && isPlanned(test) ? ` (${test.origin.file}:${test.origin.line})` : '';
}
