import * as vscode from 'vscode';
import { figureOf } from '../../reports/figure.ts';
import { describeKnown } from '../../reports/known.ts';
import { isPlanned, type TestReport } from '../../reports/report.ts';
import { describeStages } from '../../reports/stages.ts';
import type { Result, Results } from '../results.ts';
import { describeDefense, describeResult } from './resultMessage.ts';
import type { TestTree } from './testTree.ts';

/** Marks of verdicts, colored as terminals do it. */
const marks = {
  passed: '\x1b[32m✓\x1b[0m',
  failed: '\x1b[31m✗\x1b[0m',
  errored: '\x1b[33m!\x1b[0m',
  measured: '·',
} as const;

/** Puts results on the tree. */
export class Publisher {
  readonly #controller: vscode.TestController;
  readonly #tree: TestTree;
  readonly #results: Results;

  constructor(controller: vscode.TestController, tree: TestTree, results: Results) {
    this.#controller = controller;
    this.#tree = tree;
    this.#results = results;
  }

  /** Shows the result of a test: the verdict, its figure, a message unless it passed, and a line of output. */
  publish(run: vscode.TestRun, item: vscode.TestItem, result: Result): void {
    const { report } = result;
    this.#results.set(result);
    this.#tree.showFigure(item);
    const duration = isPlanned(report) ? 1000 * report.time : undefined;
    // In the settings, only explanations expect nothing.
    if (report.status === 'passed' || report.status === 'measured') run.passed(item, duration);
    else {
      const message = new vscode.TestMessage(describeResult(result));
      if (item.uri && item.range) message.location = new vscode.Location(item.uri, item.range);
      message.contextValue = 'perturb.result';
      if (report.status === 'failed') run.failed(item, message, duration);
      else run.errored(item, message, duration);
    }
    this.#publishKnown(run, item, result);
    run.appendOutput(`${outputOf(result).join('\r\n')}\r\n`, undefined, item);
  }

  /** Shows what became of the known counterexamples of a test. */
  #publishKnown(run: vscode.TestRun, test: vscode.TestItem, { report }: Result): void {
    const item = this.#tree.knownOf(test);
    if (item === undefined || !isPlanned(report)) return;
    const { counterexamples } = report;
    const message = new vscode.TestMessage(counterexamples ? describeKnown(report).join('\n') : report.message);
    if (test.uri && test.range) message.location = new vscode.Location(test.uri, test.range);
    const examples = counterexamples?.examples ?? [];
    if (examples.some(({ state }) => state === 'newlyFooled')) run.failed(item, message);
    // Those that could not be tried have kept their test from running.
    else if (examples.some(({ unconfirmed }) => unconfirmed) || (!counterexamples && report.status === 'errored'))
      run.errored(item, message);
    else if (counterexamples) run.passed(item, 1000 * counterexamples.time);
  }

  /** Shows the last known results of tests: of all for a reopened window, of those that a canceled run did not come to. */
  showFormerResults(tests: Iterable<vscode.TestItem> = this.#tree.leaves(this.#controller.items)): void {
    const items = [...tests].filter(({ id }) => this.#results.get(id));
    if (items.length === 0) return;
    const request = new vscode.TestRunRequest(items);
    const run = this.#controller.createTestRun(request, vscode.l10n.t('Last Results'), false);
    for (const item of items) this.publish(run, item, this.#results.get(item.id) as Result);
    run.end();
  }
}

/** The figure that a row shows after the name of its test. */
export function rowFigure({ report }: Result): string | undefined {
  const figure = isPlanned(report) ? figureOf(report)?.text : undefined;
  return figure !== undefined && isPlanned(report) && report.quick ? vscode.l10n.t('{0} (quick)', figure) : figure;
}

/** One line, and below it what makes one think twice about the verdict. */
function outputOf({ report }: Result): string[] {
  const line = `${marks[report.status]} ${report.id}: ${report.message}`.replaceAll('\n', '\r\n');
  return isPlanned(report) ? [line, ...remarksOn(report).map((remark) => `  \x1b[2m${remark}\x1b[0m`)] : [line];
}

function remarksOn(report: TestReport): string[] {
  return [
    ...describeKnown(report),
    ...describeDefense(report),
    ...describeStages(report),
    ...(report.findings ?? []).map(({ message }) => `audit: ${message}`),
    ...report.warnings.map((warning) => `warning: ${warning}`),
  ];
}
