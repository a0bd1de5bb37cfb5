import * as vscode from 'vscode';
import type { TestPlan } from '../../evaluation/plan.ts';
import { describeTried } from '../../reports/known.ts';
import { unplannedReports } from '../../run/unplanned.ts';
import { describeError } from '../../userError.ts';
import type { Engine } from '../engine.ts';
import type { Result } from '../results.ts';
import type { FoundRoot } from './discovery.ts';
import type { Publisher } from './publisher.ts';
import type { TestTree } from './testTree.ts';

/** What a run profile makes of a test. */
export type Adapt = (plan: TestPlan) => TestPlan;

/** Runs what the Test Explorer asks for, one test after the other. */
export class TestRunner implements vscode.Disposable {
  readonly #tree: TestTree;
  readonly #engine: Engine;
  readonly #publisher: Publisher;
  readonly #finished = new vscode.EventEmitter<Result>();

  /** Fires with the result of every test as it finishes. */
  readonly onDidFinish = this.#finished.event;

  constructor(tree: TestTree, engine: Engine, publisher: Publisher) {
    this.#tree = tree;
    this.#engine = engine;
    this.#publisher = publisher;
  }

  dispose(): void {
    this.#finished.dispose();
  }

  /**
   * Runs the tests of a request, and returns the results. Tests that a canceled run did not come to keep their earlier
   * verdicts; finished examples stay in the run folder.
   */
  async run(
    controller: vscode.TestController,
    request: vscode.TestRunRequest,
    adapt: Adapt,
    token?: vscode.CancellationToken,
  ): Promise<readonly Result[]> {
    const results: Result[] = [];
    const run = controller.createTestRun(request);
    const abort = new AbortController();
    const cancel = () => abort.abort(new Error('cancelled'));
    const subscriptions = [run.token.onCancellationRequested(cancel), token?.onCancellationRequested(cancel)];
    const tests = this.#testsOf(request, controller);
    try {
      for (const item of tests) {
        // A run keeps the names that tests had when it began.
        this.#tree.hideFigure(item);
        run.enqueued(item);
      }
      for (const [root, items] of this.#byRoot(tests)) {
        results.push(...(await this.#runRoot(run, root, items, adapt, abort.signal)));
      }
      return results;
    } finally {
      for (const subscription of subscriptions) subscription?.dispose();
      for (const item of tests) this.#tree.showFigure(item);
      run.end();
      // VS Code takes what the run leaves for skipped.
      const finished = new Set(results.map(({ report }) => report.id));
      if (abort.signal.aborted) this.#publisher.showFormerResults(tests.filter(({ id }) => !finished.has(id)));
    }
  }

  #testsOf({ include, exclude = [] }: vscode.TestRunRequest, controller: vscode.TestController): vscode.TestItem[] {
    const excluded = new Set(this.#tree.testsIn(exclude));
    const wanted = include ? this.#tree.testsIn(include) : this.#tree.leaves(controller.items);
    return [...wanted].filter((item) => !excluded.has(item));
  }

  #byRoot(items: readonly vscode.TestItem[]): Map<FoundRoot, vscode.TestItem[]> {
    const roots = new Map<FoundRoot, vscode.TestItem[]>();
    for (const item of items) {
      const root = this.#tree.caseOf(item)?.root;
      if (root) roots.set(root, [...(roots.get(root) ?? []), item]);
    }
    return roots;
  }

  /** Runs the tests of one root into a run folder of its own, and returns what finished. */
  async #runRoot(
    run: vscode.TestRun,
    root: FoundRoot,
    items: readonly vscode.TestItem[],
    adapt: Adapt,
    signal: AbortSignal,
  ): Promise<readonly Result[]> {
    const results: Result[] = [];
    const waiting = new Map(items.map((item) => [item.id, item]));
    const itemOf = (id: string) => waiting.get(id) as vscode.TestItem;
    try {
      signal.throwIfAborted();
      const { createRunFolder } = await import('../../reports/runFolder.ts');
      const folder = await createRunFolder(root.folder, new Date());
      run.appendOutput(`${vscode.l10n.t('Run folder: {0}', folder)}\r\n`);
      await this.#engine.run({
        workspace: root.folder,
        folder,
        plans: items.flatMap((item) => this.#tree.caseOf(item)?.plan ?? []).map(adapt),
        unplanned: unplannedReports(root.problems).filter(({ id }) => waiting.has(id)),
        signal,
        onStart: ({ id }) => run.started(itemOf(id)),
        onEstimate: (line, { id }) => run.appendOutput(`${line}\r\n`, undefined, itemOf(id)),
        onProgress: ({ test, known }) => {
          if (known) run.appendOutput(`${describeTried(known)}\r\n`, undefined, itemOf(test));
        },
        onFinished: (report) => {
          const result = { folder, report };
          this.#publisher.publish(run, itemOf(report.id), result);
          results.push(result);
          this.#finished.fire(result);
          waiting.delete(report.id);
        },
      });
    } catch (error) {
      if (signal.aborted) return results;
      const message = new vscode.TestMessage(describeError(error));
      for (const item of waiting.values()) run.errored(item, message);
    }
    return results;
  }
}
