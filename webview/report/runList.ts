import type { ReportedRun, ReportedTest } from '../../src/page/reportedRun.ts';
import type { TestReport, UnplannedReport } from '../../src/reports/report.ts';
import { fill, h, setAttributes } from '../dom.ts';
import { verdictIcon } from '../icons.ts';

/** The tests of the run. The address of the page says which is shown, so that it can be linked to. */
export interface RunList {
  /** Shows the test that the address names, or the first that did not pass. */
  follow(): void;
}

/** @param show called with the place of the test to show. */
export function createRunList({ workspace, started, tests }: ReportedRun, show: (place: number) => void): RunList {
  const links = tests.map((test, place) => linkTo(test, place));
  const nav = document.getElementById('tests') as HTMLElement;
  fill(
    nav,
    h('p', {}, h('strong', {}, 'Robustness tests')),
    h('p', { class: 'muted' }, workspace),
    h('p', { class: 'muted' }, `${started} · ${countsOf(tests)}`),
    h('p', { class: 'muted' }, 'Pictures are those of the worst examples. Figures and charts are about all.'),
    h('ul', {}, ...links.map((link) => h('li', {}, link))),
  );
  return {
    follow() {
      const named = Number(location.hash.slice(1)) - 1;
      const notPassed = tests.findIndex((test) => reportOf(test).status !== 'passed');
      const place = tests[named] ? named : Math.max(0, notPassed);
      for (const [i, link] of links.entries()) setAttributes(link, { 'aria-current': i === place && 'page' });
      show(place);
    },
  };
}

function linkTo(test: ReportedTest, place: number): HTMLElement {
  const report = reportOf(test);
  const model = 'shown' in test ? test.shown.report.model.name : '';
  const figure = 'shown' in test ? (test.figure ?? '') : '';
  return h(
    'a',
    { href: `#${place + 1}`, title: report.message },
    verdictIcon(report.status),
    h('span', { class: 'hidden' }, `${report.status}: `),
    h('span', { class: 'test-name' }, report.name),
    h('span', { class: 'muted ellipsis' }, [model, figure].filter(Boolean).join(' · ')),
  );
}

function reportOf(test: ReportedTest): TestReport | UnplannedReport {
  return 'shown' in test ? test.shown.report : test.unplanned;
}

/** "2 failed, 1 errored, 4 passed" */
function countsOf(tests: readonly ReportedTest[]): string {
  return (['failed', 'errored', 'passed', 'measured'] as const)
    .map((status) => ({ status, number: tests.filter((test) => reportOf(test).status === status).length }))
    .filter(({ number }) => number > 0)
    .map(({ status, number }) => `${number} ${status}`)
    .join(', ');
}
