import path from 'node:path';
import { formatDistance, formatEpsilon, formatNorm, formatPercent, formatRange } from '../../reports/format.ts';
import { escapeMarkdown } from '../../reports/markdown.ts';
import { metricTitles } from '../../reports/outcome.ts';
import type { TestReport } from '../../reports/report.ts';

const marks = { met: '✓', missed: '✗', undecided: '?' } as const;

/**
 * What the view says of a test, as Markdown: verdict, figures, the security curve, findings, pictures, and all that is
 * needed to reproduce it.
 * @param started when the run began, for people.
 * @param picturesFolder where the pictures of the report lie, relative to the Markdown file.
 */
export function markdownReport(report: TestReport, started: string, picturesFolder: string): string {
  const { name, status, message, findings = [], warnings, pictures } = report;
  const section = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? ['', `## ${title}`, '', ...lines] : [];
  return [
    `# ${escapeMarkdown(name)}`,
    '',
    `**${status}**: ${escapeMarkdown(message)}`,
    ...warnings.flatMap((warning) => ['', `⚠ ${escapeMarkdown(warning)}`]),
    ...section('Expected and measured', expectations(report)),
    ...section('By budget', budgets(report)),
    ...section(
      'The audit questions this result',
      findings.map((finding) => `- ${escapeMarkdown(finding.message)}`),
    ),
    ...section(
      'Original, perturbation, adversarial image',
      pictures.flatMap((picture) => drawn(picture, picturesFolder)),
    ),
    ...section('To reproduce it', facts(report, started)),
    '',
  ].join('\n');
}

function expectations({ comparisons, attack: { norm } }: TestReport): string[] {
  const rows = comparisons.map(({ metric, epsilon, expected, measured, result }) => {
    const show = metric === 'medianDistance' ? formatDistance : formatPercent;
    const bound = metric === 'successRate' ? '≤' : '≥';
    const budget = epsilon === undefined ? '' : `${formatNorm(norm)} ${formatEpsilon(epsilon, norm)}`;
    return [metricTitles[metric], budget, `${bound} ${show(expected)}`, show(measured), marks[result]];
  });
  return table(['metric', 'budget', 'expected', 'measured', ''], rows);
}

function budgets({ rounds, attack: { norm } }: TestReport): string[] {
  const rows = rounds.map(({ epsilon, metrics }) => [
    epsilon === undefined ? 'minimized' : formatEpsilon(epsilon, norm),
    formatPercent(metrics.cleanAccuracy),
    metrics.robustAccuracy === undefined
      ? '—'
      : formatRange(formatPercent, metrics.robustAccuracy, metrics.ifHeld?.robustAccuracy),
    formatRange(formatPercent, metrics.ifHeld?.successRate ?? metrics.successRate, metrics.successRate),
    formatDistance(metrics.medianDistance),
  ]);
  return table(
    [`budget (${formatNorm(norm)})`, 'clean accuracy', 'robust accuracy', 'success rate', 'median distance'],
    rows,
  );
}

function drawn(picture: string, folder: string): string[] {
  const file = path.posix.basename(picture);
  // Its name says what becomes of what, and ends in numbers that tell files apart.
  const words = file.replace(/(-[0-9a-f]{6})?-\d+\.png$/, '').replaceAll('-', ' ');
  return [
    `![${escapeMarkdown(words)}](${encodeURI(folder)}/${encodeURIComponent(file)})`,
    '',
    escapeMarkdown(words),
    '',
  ];
}

function facts(
  { attack, model, dataset, engine, seed, queries, detector, purifier }: TestReport,
  started: string,
): string[] {
  const parameters = Object.entries(attack.parameters).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const lines: [string, string | undefined][] = [
    ['Attack', `${attack.title} (${attack.id}), ${formatNorm(attack.norm)}, ${attack.threatModel}`],
    ['Target', attack.target],
    ['Parameters', [...parameters, `preset ${attack.preset}`].join(', ')],
    ['Model', model.path],
    ['Model hash', model.sha256 && `sha256 ${model.sha256}`],
    ['Detector', detector?.path],
    ['Purifier', purifier?.path],
    ['Dataset', dataset.images === undefined ? dataset.path : `${dataset.path} (${dataset.images} images)`],
    ['Engine', engine.name],
    ['Seed', String(seed)],
    ['Queries', `points ${queries.points}, gradients ${queries.gradients}`],
    ['Started', started],
  ];
  return lines.flatMap(([name, value]) => (value ? [`- ${name}: ${escapeMarkdown(value)}`] : []));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
