import * as vscode from 'vscode';
import { createRunFolder } from '../../reports/runFolder.ts';
import { unplannedReports } from '../../run/unplanned.ts';
import type { Root } from '../../settings/tellApart.ts';
import { describeError } from '../../userError.ts';
import type { Engine } from '../engine.ts';
import type { Result } from '../results.ts';
import type { Publisher } from './publisher.ts';
import type { TestTree } from './testTree.ts';

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
   * Runs the tests of a request, and returns the results. Canceled tests are skipped; finished examples stay in the run
   * folder.
   */
  async run(
    controller: vscode.TestController,
    request: vscode.TestRunRequest,
    token?: vscode.CancellationToken,
  ): Promise<readonly Result[]> {
    const results: Result[] = [];
    const run = controller.createTestRun(request);
    const abort = new AbortController();
    const cancel = () => abort.abort(new Error('cancelled'));
    const subscriptions = [run.token.onCancellationRequested(cancel), token?.onCancellationRequested(cancel)];
    try {
      const tests = this.#testsOf(request, controller);
      for (const item of tests) run.enqueued(item);
      for (const [root, items] of this.#byRoot(tests)) {
        results.push(...(await this.#runRoot(run, root, items, abort.signal)));
      }
      return results;
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

  #byRoot(items: readonly vscode.TestItem[]): Map<Root, vscode.TestItem[]> {
    const roots = new Map<Root, vscode.TestItem[]>();
    for (const item of items) {
      const root = this.#tree.caseOf(item)?.root;
      if (root) roots.set(root, [...(roots.get(root) ?? []), item]);
    }
    return roots;
  }

  /** Runs the tests of one root into a run folder of its own, and returns what finished. */
  async #runRoot(
    run: vscode.TestRun,
    root: Root,
    items: readonly vscode.TestItem[],
    signal: AbortSignal,
  ): Promise<readonly Result[]> {
    const results: Result[] = [];
    const waiting = new Map(items.map((item) => [item.id, item]));
    const itemOf = (id: string) => waiting.get(id) as vscode.TestItem;
    try {
      signal.throwIfAborted();
      const folder = await createRunFolder(root.folder, new Date());
      await this.#engine.run({
        workspace: root.folder,
        folder,
        plans: items.flatMap((item) => this.#tree.caseOf(item)?.plan ?? []),
        unplanned: unplannedReports(root.problems).filter(({ id }) => waiting.has(id)),
        signal,
        onStart: ({ id }) => run.started(itemOf(id)),
        onEstimate: (line, { id }) => run.appendOutput(`${line}\r\n`, undefined, itemOf(id)),
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
      waiting.clear();
    } finally {
      for (const item of waiting.values()) run.skipped(item);
    }
    return results;
  }
}
