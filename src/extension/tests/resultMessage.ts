import path from 'node:path';
import * as vscode from 'vscode';
import { contextForAssistants } from '../../reports/contextForAssistants.ts';
import { figureOf, formatComparison } from '../../reports/figure.ts';
import { formatEpsilon, formatNorm, formatPercent } from '../../reports/format.ts';
import { describeKnown } from '../../reports/known.ts';
import { escapeMarkdown } from '../../reports/markdown.ts';
import { metricTitles } from '../../reports/outcome.ts';
import { pictureCaption } from '../../reports/pictureCaption.ts';
import { isPlanned, type TestReport } from '../../reports/report.ts';
import { describeStages } from '../../reports/stages.ts';
import type { Result } from '../results.ts';

const { l10n } = vscode;

const marks = { met: '✓', missed: '✗', undecided: '?' } as const;

/**
 * What the result peek shows of a failure: how many images were fooled, a table of what was measured and expected, a link
 * to the view, pictures, what the audit says, and, folded up, what a language model needs to know.
 */
export function describeResult({ report, folder }: Result): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: ['perturb.openView', 'perturb.openFinding', 'perturb.keep'] };
  // For the part that folds up. Whatever comes from files is escaped.
  text.supportHtml = true;
  if (report.status === 'errored' || !isPlanned(report)) return text.appendMarkdown(escapeMarkdown(report.message));
  const location = encodeURIComponent(JSON.stringify([{ folder, test: report.id }]));
  const lines = [...describeDefense(report), ...describeStages(report)].map(escapeMarkdown);
  const links = [
    `[${l10n.t('Open Perturbation View')}](command:perturb.openView?${location})`,
    ...(isKept(report) ? [`[${l10n.t('Keep Counterexamples')}](command:perturb.keep?${location})`] : []),
  ];
  const context = contextForAssistants(report).map(escapeMarkdown);
  const parts = [
    // The editor shows the first line next to the test, where a table would read as its header.
    escapeMarkdown(headline(report)),
    comparisonTable(report),
    links.join(' | '),
    describeKnown(report).map(escapeMarkdown).join('\n\n'),
    pictureTable(report, folder),
    ...lines,
    findingList(report),
    `<details><summary>${escapeMarkdown(l10n.t('Context for AI'))}</summary>\n\n${context.join('\n\n')}\n\n</details>`,
  ];
  return text.appendMarkdown(parts.filter((part) => part !== '').join('\n\n'));
}

/** True where images fooled the model that can be kept. */
function isKept({ attack, rounds }: TestReport): boolean {
  return attack.kind === 'attack' && rounds.some(({ metrics }) => metrics.counts.fooled > 0);
}

/** What the table does not say. */
function headline(report: TestReport): string {
  const { attack, rounds } = report;
  const comparison = figureOf(report)?.comparison;
  const newly = report.counterexamples?.examples.filter(({ state }) => state === 'newlyFooled').length ?? 0;
  if (newly > 0) return l10n.t('Known counterexamples that are newly fooled: {0}', newly);
  if (comparison?.result !== 'missed' && report.baseline?.rounds.some(({ result }) => result === 'worse'))
    return l10n.t('Worse than the baseline: {0}', report.message);
  if (comparison?.result !== 'missed')
    return l10n.t('Every expectation is met, but the audit is strict and questions the result.');
  const round = rounds.find(({ epsilon }) => epsilon === comparison.epsilon);
  const { eligible = 0, fooled = 0 } = round?.metrics.counts ?? {};
  const budget = budgetOf(comparison.epsilon, report);
  return budget === ''
    ? l10n.t('{0} fooled {1} of {2} images', attack.title, fooled, eligible)
    : l10n.t('{0} fooled {1} of {2} images at {3}', attack.title, fooled, eligible, budget);
}

/** "L∞ 8/255"; empty for an attack without a budget. */
function budgetOf(epsilon: number | undefined, { attack: { norm } }: TestReport): string {
  return epsilon === undefined ? '' : `${formatNorm(norm)} ${formatEpsilon(epsilon, norm)}`;
}

function comparisonTable(report: TestReport): string {
  const hasBudgets = report.comparisons.some(({ epsilon }) => epsilon !== undefined);
  const head = [l10n.t('metric'), ...(hasBudgets ? [l10n.t('budget')] : []), l10n.t('measured and expected'), ''];
  const rows = report.comparisons.map((comparison) => [
    metricTitles[comparison.metric],
    ...(hasBudgets ? [budgetOf(comparison.epsilon, report)] : []),
    formatComparison(comparison),
    marks[comparison.result],
  ]);
  return tableOf([head, ...rows.map((cells) => cells.map(escapeMarkdown))]);
}

/** The pictures of a run side by side, with what each shows below it. */
function pictureTable({ pictures, model }: TestReport, folder: string): string {
  if (pictures.length === 0) return '';
  const captions = pictures.map((picture) => pictureCaption(picture, model.classes));
  const images = pictures.map((picture, i) => {
    const title = l10n.t('Original, perturbation, and adversarial image: {0}', captions[i] ?? '');
    // VS Code takes a title literally. In a table, the bar before the height would be the end of the cell.
    return `![${title.replaceAll(/[[\]|\\<>]/g, ' ')}](${vscode.Uri.file(path.join(folder, picture))}\\|height=72)`;
  });
  const legend = l10n.t('Original, perturbation (amplified), and adversarial image:');
  return `${legend}\n\n${tableOf([images, captions.map(escapeMarkdown)])}`;
}

function findingList({ findings = [] }: TestReport): string {
  if (findings.length === 0) return '';
  const items = findings.map(({ check, message }) => {
    const argument = encodeURIComponent(JSON.stringify([check]));
    const link = `[${l10n.t('What it means and what to do')}](command:perturb.openFinding?${argument})`;
    return `- ${escapeMarkdown(message)} ${link}`;
  });
  return `${l10n.t('The audit questions this result')}:\n\n${items.join('\n')}`;
}

/** A table in Markdown, the first row being its head. */
function tableOf([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A line about the detector or the purifier of a test, with the results of both attackers at the last budget. */
export function describeDefense({ detector, purifier, rounds }: TestReport): string[] {
  const round = rounds.at(-1);
  const defense = detector ?? purifier;
  const { other } = round?.detection ?? round?.purification ?? {};
  if (!defense || !round || !other) return [];
  const figures = [{ attacker: defense.attacker, metrics: round.metrics }, other].map(
    ({ attacker, metrics: { robustAccuracy, successRate } }) => {
      const figure =
        robustAccuracy === undefined
          ? l10n.t('success rate {0}', formatPercent(successRate))
          : l10n.t('robust accuracy {0}', formatPercent(robustAccuracy));
      return `${attacker === 'unaware' ? l10n.t('Unaware attacker') : l10n.t('Adaptive attacker')}: ${figure}`;
    },
  );
  if (round.detection === undefined) return [[l10n.t('Purifier {0}', defense.name), ...figures].join('; ')];
  const counts = [
    l10n.t('misclassified and rejected: {0}', round.detection.caught),
    l10n.t('clean images rejected: {0}', round.metrics.counts.rejected ?? 0),
  ];
  return [[l10n.t('Detector {0}', defense.name), ...figures, ...counts].join('; ')];
}
