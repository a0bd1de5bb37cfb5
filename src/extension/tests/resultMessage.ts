import path from 'node:path';
import * as vscode from 'vscode';
import { formatDistance, formatEpsilon, formatNorm, formatPercent } from '../../reports/format.ts';
import { metricTitles } from '../../reports/outcome.ts';
import { isPlanned, type TestReport } from '../../reports/report.ts';
import { describeStages } from '../../reports/stages.ts';
import { escapeMarkdown } from '../markdown.ts';
import type { Result } from '../results.ts';

const marks = { met: '✓', missed: '✗', undecided: '?' } as const;

/** What the result peek shows: the message, a table of what was expected and measured, pictures, and a link to the view. */
export function describeResult({ report, folder }: Result): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: ['perturb.openView', 'perturb.openFinding'] };
  if (report.status === 'errored' || !isPlanned(report)) {
    // Error messages may contain text from files, so they are shown literally, not as Markdown.
    return text.appendMarkdown(escapeMarkdown(report.message));
  }
  const { l10n } = vscode;
  const head = [l10n.t('metric'), l10n.t('budget'), l10n.t('expected'), l10n.t('measured'), ''];
  const rows = report.comparisons.map(({ metric, epsilon, expected, measured, result }) => {
    const show = metric === 'medianDistance' ? formatDistance : formatPercent;
    const bound = metric === 'successRate' ? '≤' : '≥';
    const budget =
      epsilon === undefined ? '' : `${formatNorm(report.attack.norm)} ${formatEpsilon(epsilon, report.attack.norm)}`;
    return [metricTitles[metric], budget, `${bound} ${show(expected)}`, show(measured), marks[result]];
  });
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const location = encodeURIComponent(JSON.stringify([{ folder, test: report.id }]));
  const pictures = report.pictures.map((picture) => {
    const name = path.basename(picture, '.png').replaceAll('-', ' ');
    const title = l10n.t('original, perturbation, adversarial image: {0}', name);
    return `![${title}](${vscode.Uri.file(path.join(folder, picture))}|height=72)`;
  });
  // The editor shows the first line next to the test, and the peek initially shows little more.
  text.appendMarkdown(escapeMarkdown(report.message));
  text.appendMarkdown(`\n\n[${l10n.t('Open Perturbation View')}](command:perturb.openView?${location})`);
  text.appendMarkdown(`\n\n${pictures.join(' &nbsp; ')}\n\n${table}`);
  for (const line of [...describeDetector(report), ...describeStages(report)]) {
    text.appendMarkdown(`\n\n${escapeMarkdown(line)}`);
  }
  if (report.findings && report.findings.length > 0) {
    const findings = report.findings.map(({ check, message }) => {
      const argument = encodeURIComponent(JSON.stringify([check]));
      const link = `[${l10n.t('What it means and what to do')}](command:perturb.openFinding?${argument})`;
      return `- ${escapeMarkdown(message)} ${link}`;
    });
    text.appendMarkdown(`\n\n${l10n.t('The audit questions this result')}:\n\n${findings.join('\n')}`);
  }
  return text;
}

/** A line about the detector of a test, with the results of both attackers at the last budget. */
export function describeDetector({ detector, rounds }: TestReport): string[] {
  const round = rounds.at(-1);
  if (!detector || !round?.detection) return [];
  const { l10n } = vscode;
  const { caught, other } = round.detection;
  const figures = [{ attacker: detector.attacker, metrics: round.metrics }, other].map(
    ({ attacker, metrics: { robustAccuracy, successRate } }) => {
      const figure =
        robustAccuracy === undefined
          ? l10n.t('success rate {0}', formatPercent(successRate))
          : l10n.t('robust accuracy {0}', formatPercent(robustAccuracy));
      return `${attacker === 'unaware' ? l10n.t('Unaware attacker') : l10n.t('Adaptive attacker')}: ${figure}`;
    },
  );
  const counts = [
    l10n.t('misclassified and rejected: {0}', caught),
    l10n.t('clean images rejected: {0}', round.metrics.counts.rejected ?? 0),
  ];
  return [[l10n.t('Detector {0}', detector.name), ...figures, ...counts].join('; ')];
}
