import * as vscode from 'vscode';
import { describeOmissions } from '../../reports/detection.ts';
import { isPlanned } from '../../reports/report.ts';
import { describeStages } from '../../reports/stages.ts';
import type { Result, Results } from '../results.ts';
import { describeDetector, describeResult } from './resultMessage.ts';
import type { TestTree } from './testTree.ts';

/**
 * Puts results on the tree. Descriptions of items are left alone: VS Code reads them out in place of the test's name.
 */
export class Publisher {
  readonly #controller: vscode.TestController;
  readonly #tree: TestTree;
  readonly #results: Results;

  constructor(controller: vscode.TestController, tree: TestTree, results: Results) {
    this.#controller = controller;
    this.#tree = tree;
    this.#results = results;
  }

  /** Shows the result of a test: the verdict, a message unless it passed, and a line of output. */
  publish(run: vscode.TestRun, item: vscode.TestItem, result: Result): void {
    const { report } = result;
    this.#results.set(result);
    const duration = isPlanned(report) ? 1000 * report.time : undefined;
    if (report.status === 'passed') run.passed(item, duration);
    else {
      const message = new vscode.TestMessage(describeResult(result));
      if (item.uri && item.range) message.location = new vscode.Location(item.uri, item.range);
      message.contextValue = 'perturb.result';
      if (report.status === 'failed') run.failed(item, message, duration);
      else run.errored(item, message, duration);
    }
    run.appendOutput(`${outputOf(result).join('\r\n')}\r\n`, undefined, item);
  }

  /** Shows the last known results of all tests, for a reopened window. */
  showFormerResults(): void {
    const items = [...this.#tree.leaves(this.#controller.items)].filter(({ id }) => this.#results.get(id));
    if (items.length === 0) return;
    const request = new vscode.TestRunRequest(items);
    const run = this.#controller.createTestRun(request, vscode.l10n.t('Last Results'), false);
    for (const item of items) this.publish(run, item, this.#results.get(item.id) as Result);
    run.end();
  }
}

function outputOf({ report, folder }: Result): string[] {
  if (!isPlanned(report)) return [`${report.name}: ${report.message}`];
  return [
    `${report.id}: ${report.status}: ${report.message}`.replaceAll('\n', '\r\n'),
    `  ${report.engine.name}, ${report.engine.location}, ${report.time.toFixed(1)} s, ${report.queries.gradients} gradients; ${folder}`,
    ...describeDetector(report).map((line) => `  ${line}`),
    ...describeStages(report).map((line) => `  ${line}`),
    ...(report.findings ?? []).map(({ message }) => `  audit: ${message}`),
    ...describeOmissions(report.notChecked).map((line) => `  audit: ${line}`),
    ...report.warnings.map((warning) => `  warning: ${warning}`),
    ...report.dataset.notes.map((note) => `  note: ${note}`),
  ];
}
