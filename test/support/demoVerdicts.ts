import type { RunReport } from '../../src/reports/report.ts';

/** What the tests of the demo come to. */
export const demoVerdicts = {
  'FGSM 2/255': 'passed',
  'FGSM 8/255': 'passed',
  'I-FGSM curve': 'failed',
  'I-FGSM L2': 'passed',
  'half the signs need 5/255': 'passed',
  'stop stays stop': 'failed',
  'no sign becomes its least likely': 'passed',
  'examples of another model': 'failed',
} as const;

/** What a report says of its tests, by their names. */
export function verdictsIn({ tests }: Pick<RunReport, 'tests'>): Record<string, string> {
  return Object.fromEntries(tests.map(({ name, status }) => [name, status]));
}
