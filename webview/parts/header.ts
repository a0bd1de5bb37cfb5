import type { RunProgress, ShownTest } from '../../src/page/protocol.ts';
import type { Context, Part } from '../context.ts';
import { fill, h, on } from '../dom.ts';
import { post } from '../host.ts';
import { icon, verdictIcon } from '../icons.ts';
import type { Translate } from '../l10n.ts';
import { verdictTitle } from '../logic/describe.ts';
import { createDetectorLine } from './detection.ts';
import { disclosure } from './disclosure.ts';
import { createFacts, summarize } from './facts.ts';
import { createFindings } from './findings.ts';
import { createRunMenu } from './runMenu.ts';
import { createTwinMenu } from './twinMenu.ts';
import { createVerificationLine } from './verification.ts';

/** The test: its verdict or how far it is, what was expected and measured, and everything needed to reproduce it. */
export function createHeader(context: Context): Part {
  const { t } = context;
  const verdict = h('span', { class: 'verdict' });
  const runs = createRunMenu(context);
  const twins = createTwinMenu(context);
  const settings = h('button', { class: 'quiet editor-only', type: 'button' }, icon('gear'), t('Open Settings'));
  const help = h('button', { class: 'quiet', type: 'button', 'aria-keyshortcuts': '?' }, icon('help'), t('Shortcuts'));
  const save = h('button', { class: 'quiet editor-only', type: 'button' }, icon('save'), t('Export Report…'));
  const message = h('p', { class: 'message' });
  const bar = h('progress', { class: 'run-progress', 'aria-label': t('Progress') });
  const remarks = h('div', { class: 'remarks' });
  const summary = h('span', { class: 'summary' });
  // Where there is little room it scrolls, which has to work with keys, too.
  const facts = h('dl', { class: 'facts', tabindex: 0 });
  const element = h(
    'header',
    { class: 'header' },
    h(
      'div',
      { class: 'title-row' },
      verdict,
      h('h1', {}, context.model().test.report.name),
      h(
        'div',
        { class: 'buttons' },
        runs.element,
        on(save, { click: () => post({ type: 'exportReport' }) }),
        on(settings, { click: () => post({ type: 'openSettings' }) }),
        on(help, { click: () => context.showHelp() }),
      ),
    ),
    message,
    bar,
    remarks,
    twins.element,
    disclosure(context, 'details', summary, facts),
  );
  return {
    element,
    update(model, previous) {
      runs.update(model, previous);
      twins.update(model, previous);
      const { test } = model;
      if (test === previous?.test) return;
      save.disabled = test.progress !== undefined;
      showProgress(test.progress);
      if (test.report === previous?.test.report) return;
      const { report, progress } = test;
      if (progress === undefined) {
        const { status, attack } = report;
        fill(verdict, verdictIcon(status), verdictTitle(t, status, attack.kind));
        message.textContent = report.message;
        if (previous?.test.progress) context.announce(`${verdictTitle(t, status, attack.kind)}: ${report.message}`);
      }
      fill(remarks, ...createRemarks(context, test));
      fill(summary, ...summarize(t, test).map((part) => h('span', {}, part)));
      fill(facts, ...createFacts(t, test));
    },
  };

  function showProgress(progress: RunProgress | undefined): void {
    bar.hidden = progress === undefined || progress.phase === 'canceled';
    if (progress === undefined) return;
    if (progress.phase === 'canceled') {
      fill(verdict, icon('stop'), t('Canceled'));
      message.textContent = t('The run was canceled. Below are the examples that had finished.');
      return;
    }
    fill(verdict, icon('clock'), t('Running'));
    message.textContent = describeProgress(t, progress);
    const { done, total } = progress;
    if (total === 0) bar.removeAttribute('value');
    else Object.assign(bar, { max: total, value: done });
  }
}

function describeProgress(t: Translate, { phase, done, total }: Exclude<RunProgress, { phase: 'canceled' }>): string {
  switch (phase) {
    case 'loading':
      return t('Loading model and images');
    case 'attacking':
      return t('Attacked {0} of {1}', done, total);
    case 'auditing':
      return t('Auditing: {0} of {1} checks', done, total);
  }
}

/** What qualifies the result: warnings, the detector, and findings of the audit. */
function createRemarks(context: Context, test: ShownTest): (HTMLElement | undefined)[] {
  const { t } = context;
  const { warnings, findings = [] } = test.report;
  return [
    ...warnings.map((warning) =>
      h('p', { class: 'warning' }, icon('warning'), h('span', { class: 'hidden' }, t('Warning: ')), warning),
    ),
    createDetectorLine(t, test),
    createVerificationLine(t, test),
    findings.length > 0 ? createFindings(context, findings) : undefined,
  ];
}
