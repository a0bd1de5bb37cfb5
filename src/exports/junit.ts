import path from 'node:path';
import xmlbuilder from 'xmlbuilder';
import { figureOf } from '../reports/figure.ts';
import { isPlanned, type RunReport, type TestReport, type UnplannedReport } from '../reports/report.ts';
import { sourceFile } from './sourceFile.ts';

/**
 * A run as JUnit XML, for GitLab, Jenkins, Azure Pipelines, and others that show test results: a suite for each model, a
 * test case for each test. A test that was not evaluated is an `<error>`, never a `<failure>`; one without expectations is
 * `<skipped>`, since nothing was judged. `file` and `line` are those of the settings.
 * @param folder the run folder: where the pictures are that test cases refer to.
 */
export function junit({ started, tests }: RunReport, folder: string): string {
  const suites = [...new Set(tests.map(suiteOf))];
  const tree = {
    testsuites: {
      '@name': 'Perturb',
      ...countsOf(tests),
      testsuite: suites.map((name) => {
        const own = tests.filter((test) => suiteOf(test) === name);
        return {
          '@name': name,
          ...countsOf(own),
          '@timestamp': started.replace(/(\.\d+)?Z$/, ''),
          testcase: own.map((test) => caseOf(test, name, folder)),
        };
      }),
    },
  };
  return `${xmlbuilder.create(withoutControls(tree), { encoding: 'UTF-8' }).end({ pretty: true })}\n`;
}

type Test = TestReport | UnplannedReport;

/** The name of the model; of a test without one the file that defines it. */
function suiteOf(test: Test): string {
  return isPlanned(test) ? test.model.name : path.basename(test.origin.file);
}

function countsOf(tests: readonly Test[]) {
  const count = (wanted: Test['status']) => tests.filter(({ status }) => status === wanted).length;
  const seconds = tests.reduce((sum, test) => sum + (isPlanned(test) ? test.time : 0), 0);
  return {
    '@tests': tests.length,
    '@failures': count('failed'),
    '@errors': count('errored'),
    '@skipped': count('measured'),
    '@time': seconds.toFixed(3),
  };
}

function caseOf(test: Test, suite: string, folder: string) {
  const { name, status, message, origin } = test;
  return {
    '@name': name,
    '@classname': suite,
    '@file': sourceFile(origin.file),
    '@line': origin.line,
    '@time': (isPlanned(test) ? test.time : 0).toFixed(3),
    ...(status === 'failed' && { failure: { '@message': message, '@type': 'expectation', '#text': message } }),
    ...(status === 'errored' && { error: { '@message': message, '@type': 'not-evaluated', '#text': message } }),
    ...(status === 'measured' && { skipped: { '@message': message } }),
    ...(isPlanned(test) && { 'system-out': outputOf(test, folder) }),
  };
}

/** GitLab shows the first picture that is named so, Jenkins each. */
function outputOf(test: TestReport, folder: string): string {
  const figure = figureOf(test)?.text;
  return [
    ...(test.status === 'passed' ? [test.message] : []),
    ...(figure === undefined ? [] : [figure]),
    ...test.warnings.map((warning) => `warning: ${warning}`),
    ...(test.findings ?? []).map(({ message }) => `audit: ${message}`),
    ...test.pictures.map((picture) => `[[ATTACHMENT|${sourceFile(path.join(folder, picture))}]]`),
  ].join('\n');
}

/** XML has no way to write these, not even as references: a file with one of them is refused as a whole. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about.
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

function withoutControls<T>(tree: T): T {
  return JSON.parse(JSON.stringify(tree), (_, value) =>
    typeof value === 'string' ? value.replace(controls, '\ufffd') : value,
  );
}
