import * as vscode from 'vscode';
import type { TestPlan } from '../../evaluation/plan.ts';
import { escapeMarkdown } from '../../reports/markdown.ts';
import { type Problem, separator } from '../../settings/problem.ts';
import { tagsOf } from '../../settings/tags.ts';
import type { FoundRoot } from './discovery.ts';

/** What an item of the tree runs. */
export interface TestCase {
  readonly root: FoundRoot;
  /** Missing if the settings prevent the test from running. */
  readonly plan?: TestPlan;
  readonly problems: readonly Problem[];
}

/** The tree of the Test Explorer: (folder →) model → test. Items keep their identity, so that results stay with them. */
export class TestTree {
  readonly #controller: vscode.TestController;
  #cases = new Map<string, TestCase>();
  #roots: readonly FoundRoot[] = [];
  readonly #names = new Map<string, string>();
  /** Every item there ever was, by its id: items keep their identity, and with it their results. */
  readonly #items = new Map<string, vscode.TestItem>();
  readonly #figureOf: (test: string) => string | undefined;

  /** @param figureOf the figure of a test's last result, by its id */
  constructor(controller: vscode.TestController, figureOf: (test: string) => string | undefined) {
    this.#controller = controller;
    this.#figureOf = figureOf;
  }

  get roots(): readonly FoundRoot[] {
    return this.#roots;
  }

  caseOf(item: vscode.TestItem): TestCase | undefined {
    return this.#cases.get(item.id);
  }

  /** The item of a test, by the test's id. */
  itemOf(id: string): vscode.TestItem | undefined {
    return this.#cases.has(id) ? this.#items.get(id) : undefined;
  }

  /** Every test below some items. */
  *leaves(items: Iterable<[string, vscode.TestItem]>): Generator<vscode.TestItem> {
    for (const [, item] of items) {
      if (this.#cases.has(item.id)) yield item;
      else yield* this.leaves(item.children);
    }
  }

  /** The test that an item is or, for known counterexamples, is below; other items as they are. */
  testOf(item: vscode.TestItem): vscode.TestItem {
    return item.parent && this.#cases.has(item.parent.id) ? item.parent : item;
  }

  /** Every test at or below some items. */
  *testsIn(items: readonly vscode.TestItem[]): Generator<vscode.TestItem> {
    // Known counterexamples are tried where their test runs.
    yield* this.leaves(items.map((item) => [item.id, this.testOf(item)]));
  }

  /** Shows the tests of these roots. A file that cannot be read keeps the tests that it had. */
  update(found: readonly FoundRoot[]): void {
    this.#roots = found.map((root) => this.#withFormerTests(root));
    this.#cases = new Map();
    const top = this.#roots.map((root) => {
      const children = [...this.#problemItems(root), ...this.#modelItems(root)];
      return { root, children };
    });
    if (top.length === 1) this.#controller.items.replace(top[0]?.children ?? []);
    else {
      const named = top.filter(({ children }) => children.length > 0);
      this.#controller.items.replace(
        named.map(({ root, children }) => this.#item(`root:${root.folder}`, root.name, undefined, children)),
      );
    }
  }

  #withFormerTests(root: FoundRoot): FoundRoot {
    const unreadable = new Set(root.problems.filter(({ test }) => test === undefined).map(({ file }) => file));
    const former = this.#roots.find(({ folder }) => folder === root.folder)?.plans ?? [];
    const known = new Set(root.plans.map(({ id }) => id));
    const kept = former.filter(({ id, origin }) => unreadable.has(origin.file) && !known.has(id));
    return { ...root, plans: [...root.plans, ...kept.map((plan) => relocated(plan, root))] };
  }

  /** Mistakes that do not belong to a test: one item each, with the error. */
  #problemItems({ problems }: FoundRoot): vscode.TestItem[] {
    return problems
      .filter(({ test }) => test === undefined)
      .map((problem) => {
        // Without a line: an icon in the gutter would offer to run something there.
        const place = { file: problem.file };
        const item = this.#item(`problem:${problem.file}:${problem.line}`, vscode.l10n.t('Settings'), place);
        item.error = explain([problem]);
        item.sortText = '0';
        return item;
      });
  }

  #modelItems(root: FoundRoot): vscode.TestItem[] {
    const models = new Map<string, vscode.TestItem[]>();
    const add = (model: string, item: vscode.TestItem) => models.set(model, [...(models.get(model) ?? []), item]);
    for (const plan of root.plans) {
      this.#cases.set(plan.id, { root, plan, problems: [] });
      const item = this.#test(plan.id, plan.name, plan.origin, this.#knownItems(plan, root));
      item.tags = tagsOf(plan).map((tag) => new vscode.TestTag(tag));
      add(plan.model.name, item);
    }
    const impossible = new Set(root.problems.flatMap(({ test }) => test ?? []));
    for (const id of impossible) {
      const problems = root.problems.filter(({ test }) => test === id);
      const [first] = problems as [Problem];
      const { testName = id } = first;
      const model = id.slice(0, -(testName.length + separator.length));
      const item = this.#test(id, testName, first.origin ?? first);
      item.tags = [];
      item.error = explain(problems);
      this.#cases.set(id, { root, problems });
      add(model || vscode.l10n.t('Cannot run'), item);
    }
    return [...models].map(([model, tests], place) => {
      const item = this.#item(`model:${root.folder}:${model}`, model, undefined, tests);
      // VS Code would sort models by name; problems come first.
      item.sortText = `1${String(place).padStart(4, '0')}`;
      return item;
    });
  }

  /** Below a test, an item for its known counterexamples, if it has some. */
  #knownItems({ id, origin }: TestPlan, { known }: FoundRoot): vscode.TestItem[] {
    const count = known.get(id) ?? 0;
    if (count === 0) return [];
    // Without a line: the icon in the gutter is the test's.
    const place = { file: origin.file };
    return [this.#item(knownId(id), vscode.l10n.t('Known counterexamples: {0}', count), place)];
  }

  /** The item of the known counterexamples of a test, if it has some. */
  knownOf(item: vscode.TestItem): vscode.TestItem | undefined {
    return item.children.get(knownId(item.id));
  }

  /** Adds the figure of its last result, if it has one, to the name of a test. */
  showFigure(item: vscode.TestItem): void {
    const figure = this.#figureOf(item.id);
    this.hideFigure(item);
    // Not as the item's description: VS Code reads that out in place of the name.
    if (figure !== undefined) item.label += `: ${figure}`;
  }

  hideFigure(item: vscode.TestItem): void {
    item.label = this.#names.get(item.id) ?? item.label;
  }

  #test(
    id: string,
    name: string,
    origin: { file: string; line: number },
    children: readonly vscode.TestItem[] = [],
  ): vscode.TestItem {
    this.#names.set(id, name);
    const item = this.#item(id, name, origin, children);
    this.showFigure(item);
    item.error = undefined;
    return item;
  }

  #item(
    id: string,
    label: string,
    origin?: { file: string; line?: number },
    children: readonly vscode.TestItem[] = [],
  ): vscode.TestItem {
    const known = this.#items.get(id);
    const uri = origin && vscode.Uri.file(origin.file);
    const item =
      known?.uri?.toString() === uri?.toString() && known ? known : this.#controller.createTestItem(id, label, uri);
    item.label = label;
    item.range = origin?.line === undefined ? undefined : new vscode.Range(origin.line - 1, 0, origin.line - 1, 0);
    item.children.replace(children);
    this.#items.set(id, item);
    return item;
  }
}

function knownId(test: string): string {
  return `known:${test}`;
}

/** A plan that was kept from before the settings could not be read, with the line that it has come to by now. */
function relocated(plan: TestPlan, { workspace }: FoundRoot): TestPlan {
  const { file, line } = plan.origin;
  const layer = workspace.layers.find((each) => each.file === file);
  const [setting, test] = [['perturb.tests'], ['perturb.tests', plan.name]].map((path) => layer?.locate(path));
  // What is missing is located at what it is missing in.
  const isFound = test && !(test.line === setting?.line && test.column === setting.column);
  return { ...plan, origin: { file, line: isFound ? test.line : line } };
}

/** What is wrong, and where, with a link to the place. */
function explain(problems: readonly Problem[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  for (const { file, line, setting, message } of problems) {
    const place = vscode.Uri.file(file).with({ fragment: `L${line}` });
    const link = `[${vscode.l10n.t('Open Settings')}](${place})`;
    text.appendMarkdown(`${escapeMarkdown(`${message} (${setting})`)} ${link}\n\n`);
  }
  return text;
}
