import type { Finding } from '../audit/finding.ts';
import { formatEpsilon, type TestReport } from './report.ts';

/**
 * What the detector of a test did, a line for each budget: how many clean images it rejects, and how many of the
 * misclassified examples. None where there is no detector.
 */
export function describeDetection({
  detector,
  rounds,
  attack: { norm },
}: Pick<TestReport, 'detector' | 'rounds' | 'attack'>): string[] {
  if (detector === undefined) return [];
  const { name, title, seen } = detector;
  const experience = seen === undefined ? [] : [seen ? 'it learned from this attack' : 'it never saw this attack'];
  const known = [...(title === undefined ? [] : [title]), ...experience];
  const who = known.length > 0 ? `${name} (${known.join('; ')})` : name;
  return rounds.flatMap(({ epsilon, metrics: { counts }, detection }) => {
    if (detection === undefined) return [];
    const { caught, separation } = detection;
    const where = epsilon === undefined ? '' : ` at ${norm} ${formatEpsilon(epsilon, norm)}`;
    const clean = `${who} rejects ${counts.rejected ?? 0} of ${counts.total} clean images`;
    const misclassified = caught + counts.fooled;
    if (misclassified === 0) return [`${clean}; nothing was misclassified${where}`];
    const area = separation === undefined ? '' : `; AUROC ${separation.auroc.toFixed(3)}`;
    return [`${clean} and ${caught} of ${misclassified} misclassified examples${where}${area}`];
  });
}

/** What the audit found, and the page that says what to do. */
export function describeFinding({ check, message }: Finding): string {
  return `${message} See media/audit/${check}.md.`;
}
