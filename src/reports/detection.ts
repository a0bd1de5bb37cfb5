import type { Finding, Omission } from '../audit/finding.ts';
import { formatEpsilon, formatNorm } from './format.ts';
import type { TestReport } from './report.ts';

/**
 * What a test's detector rejected, one line per budget: how many clean images and how many misclassified examples.
 * Empty without a detector.
 */
export function describeDetection({
  detector,
  rounds,
  attack: { norm },
}: Pick<TestReport, 'detector' | 'rounds' | 'attack'>): string[] {
  if (detector === undefined) return [];
  const { name, title, seen } = detector;
  const experience = seen === undefined ? [] : [seen ? 'trained on this attack' : 'not trained on this attack'];
  const known = [...(title === undefined ? [] : [title]), ...experience];
  const who = known.length > 0 ? `${name} (${known.join('; ')})` : name;
  return rounds.flatMap(({ epsilon, metrics: { counts }, detection }) => {
    if (detection === undefined) return [];
    const { caught, separation } = detection;
    const where = epsilon === undefined ? '' : ` at ${formatNorm(norm)} ${formatEpsilon(epsilon, norm)}`;
    const clean = `${who} rejects ${counts.rejected ?? 0} of ${counts.total} clean images`;
    const misclassified = caught + counts.fooled;
    if (misclassified === 0) return [`${clean}; nothing was misclassified${where}`];
    const area = separation === undefined ? '' : `; AUROC ${separation.auroc.toFixed(3)}`;
    return [`${clean} and ${caught} of ${misclassified} misclassified examples${where}${area}`];
  });
}

/** A finding of the audit, and the page that explains what to do. */
export function describeFinding({ check, message }: Finding): string {
  return `${message} See media/audit/${check}.md.`;
}

/** The checks that an audit did not make, and why, in one line; empty if it made them all. */
export function describeOmissions(notChecked: readonly Omission[] = []): string[] {
  if (notChecked.length === 0) return [];
  return [`not checked: ${notChecked.map(({ check, reason }) => `${check} (${reason})`).join('; ')}`];
}
