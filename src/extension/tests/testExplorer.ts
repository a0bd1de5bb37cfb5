import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { TestPlan } from '../../evaluation/plan.ts';
import { quickly, recordingSteps } from '../../run/profiles.ts';
import { describeError } from '../../userError.ts';
import type { Engine } from '../engine.ts';
import type { Result, Results } from '../results.ts';
import { reloadedEditors } from '../settings/reloadedEditors.ts';
import type { SettingsProblems } from '../settings/settingsProblems.ts';
import { discover, type FoundRoot } from './discovery.ts';
import { Publisher, rowFigure } from './publisher.ts';
import { type Adapt, TestRunner } from './testRunner.ts';
import { TestTree } from './testTree.ts';
import { inputsIn, Watcher } from './watcher.ts';

/** How long, in milliseconds, settings that have lost all tests must rest before that counts. */
const rest = 500;

/** The tests of the workspace in the Test Explorer. */
export class TestExplorer implements vscode.Disposable {
  readonly #controller = vscode.tests.createTestController('perturb', vscode.l10n.t('Perturb'));
  readonly #tree: TestTree;
  readonly #watcher = new Watcher();
  readonly #results: Results;
  readonly #problems: SettingsProblems;
  readonly #publisher: Publisher;
  readonly #runner: TestRunner;
  readonly #subscriptions: vscode.Disposable[];
  readonly #ended = new vscode.EventEmitter<readonly Result[]>();
  /** Continuous runs: what each watches, and its run. */
  readonly #continuous = new Set<vscode.TestRunRequest>();
  #refreshing: Promise<void> = Promise.resolve();

  /** Fires with the results of every run that the user has started. */
  readonly onDidEndRun = this.#ended.event;

  constructor(engine: Engine, results: Results, problems: SettingsProblems) {
    this.#results = results;
    this.#problems = problems;
    this.#tree = new TestTree(this.#controller, (test) => {
      const result = results.get(test);
      return result && rowFigure(result);
    });
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

  /** The tests that the settings define, by the places that define them. */
  get roots(): readonly FoundRoot[] {
    return this.#tree.roots;
  }

  /** The test that an item is or, for known counterexamples, is below. */
  testOf(item: vscode.TestItem): vscode.TestItem {
    return this.#tree.testOf(item);
  }

  /** The test with this id. */
  planOf(id: string): TestPlan | undefined {
    return this.#plans().find((plan) => plan.id === id);
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
      const before = new Map(this.#plans().map((plan) => [plan.id, meaningOf(plan)]));
      let roots = await discover();
      if (this.#vanishedFrom(roots)) {
        // A file is empty for a moment while it is written: it counts once it has rested.
        await setTimeout(rest);
        roots = await discover();
      }
      await reloadedEditors(roots.flatMap(({ workspace }) => workspace.layers.map(({ file }) => file)));
      this.#tree.update(roots);
      this.#watcher.watch(this.#plans());
      if (before.size === 0) {
        for (const { folder } of roots) await this.#results.load(folder);
        this.#publisher.showFormerResults();
      }
      const changed = this.#plans().filter((plan) => before.get(plan.id) !== meaningOf(plan));
      if (before.size > 0) this.#outdated(changed.flatMap(({ id }) => this.#tree.itemOf(id) ?? []));
    } catch (error) {
      const item = this.#controller.createTestItem('error', vscode.l10n.t('Perturb cannot read its settings'));
      item.error = describeError(error);
      this.#controller.items.add(item);
    }
    void this.#problems.update();
  }

  /** Whether the settings of a place that had tests say nothing any more. */
  #vanishedFrom(roots: readonly FoundRoot[]): boolean {
    const former = new Set(this.#tree.roots.filter(({ plans }) => plans.length > 0).map(({ folder }) => folder));
    return roots.some(({ folder, plans, problems }) => former.has(folder) && plans.length + problems.length === 0);
  }

  #plans() {
    return this.#tree.roots.flatMap(({ plans }) => plans);
  }

  #offerToRun(): void {
    const { l10n } = vscode;
    const run = this.#addProfile(l10n.t('Run'), (plan) => plan, true);
    run.supportsContinuousRun = true;
    this.#addProfile(l10n.t('Quick'), quickly);
    this.#addProfile(l10n.t('Record Steps'), recordingSteps);
  }

  #addProfile(label: string, adapt: Adapt, isDefault = false): vscode.TestRunProfile {
    const run = async (request: vscode.TestRunRequest, token: vscode.CancellationToken) => {
      if (!request.continuous) {
        this.#ended.fire(await this.#runner.run(this.#controller, request, adapt, token));
        return;
      }
      this.#continuous.add(request);
      token.onCancellationRequested(() => this.#continuous.delete(request));
    };
    return this.#controller.createRunProfile(label, vscode.TestRunProfileKind.Run, run, isDefault);
  }

  /** What tests read has changed. */
  #inputsChanged(paths: readonly string[]): void {
    const items = this.#plans()
      .filter((plan) => inputsIn(plan).some(({ path }) => paths.includes(path)))
      .flatMap(({ id }) => this.#tree.itemOf(id) ?? []);
    this.#outdated(items);
    void this.#problems.update();
  }

  /** The results of tests no longer say how things are: they are run again if somebody asked for that. */
  #outdated(items: readonly vscode.TestItem[]): void {
    if (items.length === 0) return;
    this.#controller.invalidateTestResults(items);
    this.#rerun(items);
  }

  #rerun(items: readonly vscode.TestItem[]): void {
    for (const request of this.#continuous) {
      const wanted = request.include && new Set(this.#tree.testsIn(request.include));
      const include = wanted ? items.filter((item) => wanted.has(item)) : items;
      if (include.length === 0) continue;
      const again = new vscode.TestRunRequest(include, request.exclude, request.profile, true);
      void this.#runner.run(this.#controller, again, (plan) => plan);
    }
  }
}

/** All that the result of a test follows from; not where its settings are. */
function meaningOf({ origin: _, ...plan }: TestPlan): string {
  return JSON.stringify(plan);
}
