import { formatDistance, formatEpsilon, formatNorm, formatPercent, formatRange } from './format.ts';
import type { TestReport } from './report.ts';

/**
 * What a language model that is asked about a failure has to know: the test in full, the figures at each budget, and what
 * the audit found. One sentence a line.
 */
export function contextForAssistants(report: TestReport): string[] {
  const { attack, model, dataset, detector, purifier, rounds, findings, origin } = report;
  const goal = attack.target === undefined ? 'untargeted' : `target "${attack.target}"`;
  const parameters = Object.entries(attack.parameters).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const crafted = report.surrogates?.map(({ name }) => `"${name}"`).join(', ');
  const defense = detector ?? purifier;
  const kind = detector ? 'detector' : 'purifier';
  const guard = defense && `The model has the ${kind} "${defense.name}", against an ${defense.attacker} attacker.`;
  return [
    `The test "${report.name}" attacks the model "${model.name}" (${model.path}) with ${attack.title} (${attack.threatModel}, ${goal}, norm ${formatNorm(attack.norm)}) on ${dataset.images ?? 0} images of "${dataset.name}".`,
    ...(parameters.length > 0 ? [`Parameters: ${parameters.join(', ')}.`] : []),
    ...(crafted ? [`It is crafted on ${crafted}, and the model only judges.`] : []),
    ...(guard ? [guard] : []),
    ...rounds.map((round) => describeRound(round, report)),
    describeAudit(findings),
    `The test is defined at ${origin.file}:${origin.line}.`,
  ];
}

function describeRound({ epsilon, metrics }: TestReport['rounds'][number], { attack: { norm } }: TestReport): string {
  const { cleanAccuracy, robustAccuracy, successRate, medianDistance, ifHeld, counts } = metrics;
  const where = epsilon === undefined ? 'Without a budget' : `At ${formatNorm(norm)} ${formatEpsilon(epsilon, norm)}`;
  const range = (value: number, best = value) =>
    formatRange(formatPercent, Math.min(value, best), Math.max(value, best));
  const robust =
    robustAccuracy === undefined ? '' : ` robust accuracy ${range(robustAccuracy, ifHeld?.robustAccuracy)},`;
  const undecided = counts.undecided ? `, ${counts.undecided} undecided` : '';
  return `${where}: clean accuracy ${formatPercent(cleanAccuracy)},${robust} success rate ${range(successRate, ifHeld?.successRate)}, median distance ${formatDistance(medianDistance)}; of ${counts.eligible} images attacked, ${counts.fooled} were fooled and ${counts.held} held${undecided}.`;
}

function describeAudit(findings: TestReport['findings']): string {
  if (findings === undefined) return 'The result was not audited.';
  if (findings.length === 0) return 'The audit found no sign that the result overstates robustness.';
  return `Audit: ${findings.map(({ message }) => message).join(' ')}`;
}
