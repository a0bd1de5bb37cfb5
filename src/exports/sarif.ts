import { createHash } from 'node:crypto';
import type { Log, ReportingDescriptor, Result } from 'sarif';
import { kinds } from '../attacks/kind.ts';
import { expectedMetrics } from '../evaluation/plan.ts';
import { figureOf } from '../reports/figure.ts';
import { metricTitles } from '../reports/outcome.ts';
import { isPlanned, type RunReport, type TestReport, type UnplannedReport } from '../reports/report.ts';
import { sourceFile } from './sourceFile.ts';

const notEvaluated = 'notEvaluated';

/**
 * A run as SARIF 2.1.0, for code scanning: a result for each test that failed or could not be evaluated, at its line in the
 * settings. Tests that passed have none, since code scanning shows every result as an alert. The fingerprint is that of the
 * test: it stays the same when the settings are edited elsewhere.
 */
export function sarif({ started, tests }: RunReport, version: string): string {
  const log: Log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Perturb',
            semanticVersion: version,
            informationUri: 'https://github.com/perturb-vscode/perturb',
            rules,
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { description: { text: 'The folder that the tests were run in.' } } },
        invocations: [
          {
            executionSuccessful: tests.every(({ status }) => status !== 'errored'),
            startTimeUtc: started,
          },
        ],
        results: tests.filter(({ status }) => status === 'failed' || status === 'errored').map(resultOf),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

const rules: ReportingDescriptor[] = [
  ...expectedMetrics.map((metric) => ({
    id: metric,
    shortDescription: { text: `The ${metricTitles[metric]} is not as expected.` },
    help: { text: 'The images that fooled the model are in the run folder. Open them in the perturbation view.' },
    defaultConfiguration: { level: 'error' as const },
  })),
  {
    id: notEvaluated,
    shortDescription: { text: 'The test could not be evaluated.' },
    help: { text: 'Whether the model is robust is not known. The message says what to change.' },
    defaultConfiguration: { level: 'error' },
  },
];

function resultOf(test: TestReport | UnplannedReport): Result {
  const figure = isPlanned(test) ? figureOf(test) : undefined;
  const ruleId = (test.status === 'failed' && figure?.comparison?.metric) || notEvaluated;
  const fingerprint = createHash('sha256').update(`${test.id}\n${ruleId}`).digest('hex');
  return {
    ruleId,
    ruleIndex: rules.findIndex(({ id }) => id === ruleId),
    level: 'error',
    message: { text: `${test.name}: ${test.message}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: locationOf(test.origin.file),
          region: { startLine: Math.max(1, test.origin.line) },
        },
      },
    ],
    // GitHub would take that of the line's text otherwise.
    partialFingerprints: { 'perturbTest/v1': fingerprint, primaryLocationLineHash: `${fingerprint.slice(0, 16)}:1` },
    ...(isPlanned(test) && { properties: propertiesOf(test) }),
  };
}

function locationOf(file: string) {
  const name = sourceFile(file);
  const isRelative = name !== file.replaceAll('\\', '/');
  if (!isRelative) return { uri: encodeURI(`file://${name.startsWith('/') ? '' : '/'}${name}`) };
  return { uri: encodeURI(name), uriBaseId: 'SRCROOT' };
}

function propertiesOf({ model, attack, dataset, comparisons, seed, metrics }: TestReport) {
  return {
    model: model.name,
    ...(model.sha256 !== undefined && { modelSha256: model.sha256 }),
    attack: attack.id,
    norm: attack.norm,
    dataset: dataset.name,
    seed,
    comparisons,
    ...(metrics && kinds[attack.kind].isMeasured && { counts: metrics.counts }),
  };
}
