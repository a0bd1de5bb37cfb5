import * as vscode from 'vscode';
import { describeEstimate } from '../../evaluation/estimate.ts';
import type { RunReport, TestReport, UnplannedReport } from '../../reports/report.ts';
import { createRunFolder, writeReport } from '../../reports/runFolder.ts';
import { describeError } from '../../userError.ts';
import type { Engine } from '../engine.ts';
import type { Root } from './discovery.ts';
import type { Publisher } from './publisher.ts';
import type { TestTree } from './testTree.ts';

/** Runs what the Test Explorer asks for, one test after the other. */
export class TestRunner {
  readonly #tree: TestTree;
  readonly #engine: Engine;
  readonly #publisher: Publisher;

  constructor(tree: TestTree, engine: Engine, publisher: Publisher) {
    this.#tree = tree;
    this.#engine = engine;
    this.#publisher = publisher;
  }

  /** Runs the tests of a request. Canceled tests are skipped; finished examples stay in the run folder. */
  async run(
    controller: vscode.TestController,
    request: vscode.TestRunRequest,
    token?: vscode.CancellationToken,
  ): Promise<void> {
    const run = controller.createTestRun(request);
    const abort = new AbortController();
    const cancel = () => abort.abort(new Error('cancelled'));
    const subscriptions = [run.token.onCancellationRequested(cancel), token?.onCancellationRequested(cancel)];
    try {
      const tests = this.#testsOf(request, controller);
      for (const item of tests) run.enqueued(item);
      const folders = new Map<Root, OpenRun>();
      for (const item of tests) {
        if (abort.signal.aborted) run.skipped(item);
        else await this.#runOne(run, item, folders, abort.signal);
      }
    } finally {
      for (const subscription of subscriptions) subscription?.dispose();
      run.end();
    }
  }

  #testsOf({ include, exclude = [] }: vscode.TestRunRequest, controller: vscode.TestController): vscode.TestItem[] {
    const excluded = new Set(this.#tree.testsIn(exclude));
    const wanted = include ? this.#tree.testsIn(include) : this.#tree.leaves(controller.items);
    return [...wanted].filter((item) => !excluded.has(item));
  }

  async #runOne(
    run: vscode.TestRun,
    item: vscode.TestItem,
    folders: Map<Root, OpenRun>,
    signal: AbortSignal,
  ): Promise<void> {
    const test = this.#tree.caseOf(item);
    if (test === undefined) return;
    run.started(item);
    if (test.plan === undefined) {
      const reasons = test.problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);
      run.errored(item, new vscode.TestMessage(reasons.join('\n')));
      return;
    }
    try {
      const open = folders.get(test.root) ?? (await openRun(test.root));
      folders.set(test.root, open);
      const line = describeEstimate(test.plan, await this.#engine.estimate(test.plan, signal));
      if (line !== undefined) run.appendOutput(`${line}\r\n`, undefined, item);
      const report = await this.#engine.runTest(test.plan, open.folder, signal);
      open.tests.push(report);
      await writeReport(open.folder, summaryOf(open, test.root));
      this.#publisher.publish(run, item, { folder: open.folder, report });
    } catch (error) {
      if (signal.aborted) run.skipped(item);
      else run.errored(item, new vscode.TestMessage(describeError(error)));
    }
  }
}

/** A run folder that is being filled. */
interface OpenRun {
  readonly folder: string;
  readonly started: Date;
  readonly tests: (TestReport | UnplannedReport)[];
}

async function openRun({ folder }: Root): Promise<OpenRun> {
  const started = new Date();
  return { folder: await createRunFolder(folder, started), started, tests: [] };
}

function summaryOf({ started, tests }: OpenRun, { folder }: Root): RunReport {
  return { format: 'perturb-report', version: 1, workspace: folder, started: started.toISOString(), tests };
}
