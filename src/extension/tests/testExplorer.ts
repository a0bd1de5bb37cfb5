import * as vscode from 'vscode';
import { describeError } from '../../userError.ts';
import type { Engine } from '../engine.ts';
import type { Result, Results } from '../results.ts';
import { discover } from './discovery.ts';
import { Publisher } from './publisher.ts';
import { TestRunner } from './testRunner.ts';
import { TestTree } from './testTree.ts';
import { inputsOf, Watcher } from './watcher.ts';

/** The tests of the workspace in the Test Explorer. */
export class TestExplorer implements vscode.Disposable {
  readonly #controller = vscode.tests.createTestController('perturb', vscode.l10n.t('Perturb'));
  readonly #tree = new TestTree(this.#controller);
  readonly #watcher = new Watcher();
  readonly #results: Results;
  readonly #publisher: Publisher;
  readonly #runner: TestRunner;
  readonly #subscriptions: vscode.Disposable[];
  readonly #ended = new vscode.EventEmitter<readonly Result[]>();
  /** Continuous runs: what each watches, and its run. */
  readonly #continuous = new Set<vscode.TestRunRequest>();
  #refreshing: Promise<void> = Promise.resolve();

  /** Fires with the results of every run that the user has started. */
  readonly onDidEndRun = this.#ended.event;

  constructor(engine: Engine, results: Results) {
    this.#results = results;
    this.#publisher = new Publisher(this.#controller, this.#tree, results);
    this.#runner = new TestRunner(this.#tree, engine, this.#publisher);
    this.#controller.refreshHandler = () => this.refresh();
    this.#controller.resolveHandler = async (item) => {
      if (item === undefined) await this.#refreshing;
    };
    if (vscode.workspace.isTrusted) this.#offerToRun();
    this.#subscriptions = [
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#offerToRun()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.refresh()),
      this.#watcher.onDidChangeSettings(() => this.refresh()),
      this.#watcher.onDidChangeInputs((paths) => this.#inputsChanged(paths)),
    ];
  }

  /** Fires with the result of every test as it finishes. */
  get onDidFinish(): vscode.Event<Result> {
    return this.#runner.onDidFinish;
  }

  /** Opens the Testing view at the first test. */
  async reveal(): Promise<void> {
    await vscode.commands.executeCommand('workbench.view.testing.focus');
    const [first] = this.#tree.leaves(this.#controller.items);
    if (first) await vscode.commands.executeCommand('vscode.revealTestInExplorer', first);
  }

  /** Whether the settings define any. */
  get hasTests(): boolean {
    return this.#controller.items.size > 0;
  }

  /** Rereads the settings; previous results are shown for tests that are new in the tree. */
  refresh(): Promise<void> {
    this.#refreshing = this.#refreshing.then(() => this.#read());
    return this.#refreshing;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#watcher.dispose();
    this.#runner.dispose();
    this.#ended.dispose();
    this.#controller.dispose();
  }

  async #read(): Promise<void> {
    try {
      const before = new Map(this.#plans().map((plan) => [plan.id, JSON.stringify(plan)]));
      const roots = await discover();
      this.#tree.update(roots);
      this.#watcher.watch(this.#plans());
      if (before.size === 0) {
        for (const { folder } of roots) await this.#results.load(folder);
        this.#publisher.showFormerResults();
      }
      const changed = this.#plans().filter(({ id, ...rest }) => before.get(id) !== JSON.stringify({ id, ...rest }));
      if (before.size > 0) this.#rerun(changed.flatMap(({ id }) => this.#tree.itemOf(id) ?? []));
    } catch (error) {
      const item = this.#controller.createTestItem('error', vscode.l10n.t('Perturb cannot read its settings'));
      item.error = describeError(error);
      this.#controller.items.add(item);
    }
  }

  #plans() {
    return this.#tree.roots.flatMap(({ plans }) => plans);
  }

  #offerToRun(): void {
    const profile = this.#controller.createRunProfile(
      vscode.l10n.t('Run'),
      vscode.TestRunProfileKind.Run,
      async (request, token) => {
        if (!request.continuous) {
          this.#ended.fire(await this.#runner.run(this.#controller, request, token));
          return;
        }
        this.#continuous.add(request);
        token.onCancellationRequested(() => this.#continuous.delete(request));
      },
      true,
    );
    profile.supportsContinuousRun = true;
  }

  /** A model, its images or its detector have changed: the results of its tests are outdated. */
  #inputsChanged(paths: readonly string[]): void {
    const items = this.#plans()
      .filter((plan) => inputsOf(plan).some((input) => paths.includes(input)))
      .flatMap(({ id }) => this.#tree.itemOf(id) ?? []);
    this.#controller.invalidateTestResults(items);
    this.#rerun(items);
  }

  #rerun(items: readonly vscode.TestItem[]): void {
    for (const request of this.#continuous) {
      const wanted = request.include && new Set(this.#tree.testsIn(request.include));
      const include = wanted ? items.filter((item) => wanted.has(item)) : items;
      if (include.length === 0) continue;
      const again = new vscode.TestRunRequest(include, request.exclude, request.profile, true);
      void this.#runner.run(this.#controller, again);
    }
  }
}
