import { figureOf } from '../reports/figure.ts';
import { formatEpsilon, formatNorm } from '../reports/format.ts';
import { escapeMarkdown } from '../reports/markdown.ts';
import { isPlanned, type RunReport, type TestReport, type UnplannedReport } from '../reports/report.ts';

const marks = { passed: '✅', failed: '❌', errored: '⚠️', measured: '📏' } as const;

/** GitHub refuses a summary above a mebibyte; what is left of it says so itself. */
const mostBytes = 2 ** 20 - 4096;

/**
 * A run as Markdown for the summary of a build on GitHub: what failed, and why, and a table of all tests. Without pictures,
 * which such a page does not show.
 */
export function stepSummary({ tests }: RunReport): string {
  const count = (wanted: TestReport['status']) => tests.filter(({ status }) => status === wanted).length;
  const counts = (['passed', 'failed', 'errored', 'measured'] as const)
    .map((status) => ({ status, number: count(status) }))
    .filter(({ number }) => number > 0)
    .map(({ status, number }) => `${number} ${status}`);
  const lines = [
    '## Robustness tests',
    '',
    counts.join(', ') || 'no tests',
    '',
    ...tests.filter(({ status }) => status === 'failed' || status === 'errored').flatMap(describe),
    '| | test | model | attack | result |',
    '| --- | --- | --- | --- | --- |',
    ...tests.map(row),
  ];
  return fitting(lines);
}

function describe({ name, status, message }: TestReport | UnplannedReport): string[] {
  return [`- ${marks[status]} **${escapeMarkdown(name)}** ${status}: ${inline(message)}`, ''];
}

function row(test: TestReport | UnplannedReport): string {
  const cells = isPlanned(test)
    ? [test.name, test.model.name, attackOf(test), figureOf(test)?.text ?? test.status]
    : [test.name, '', '', test.status];
  return `| ${[marks[test.status], ...cells.map(inline)].join(' | ')} |`;
}

function attackOf({ attack: { title, norm, epsilons, target } }: TestReport): string {
  const budgets = epsilons.map((epsilon) => formatEpsilon(epsilon, norm)).join(', ');
  return [title, formatNorm(norm), budgets, target === undefined ? '' : `→ ${target}`].filter(Boolean).join(' ');
}

/** A line of a list or a cell of a table ends at the first line break. */
function inline(text: string): string {
  return escapeMarkdown(text.replaceAll(/\s*\n\s*/g, ' '));
}

function fitting(lines: readonly string[]): string {
  let bytes = 0;
  const end = lines.findIndex((line) => {
    bytes += Buffer.byteLength(line) + 1;
    return bytes > mostBytes;
  });
  const shown = end < 0 ? lines : [...lines.slice(0, end), '', 'The rest is too long for this page.'];
  return `${shown.join('\n')}\n`;
}
