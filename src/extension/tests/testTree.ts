import * as vscode from 'vscode';
import type { TestPlan } from '../../evaluation/plan.ts';
import { type Problem, separator } from '../../settings/problem.ts';
import type { Root } from '../../settings/tellApart.ts';
import { escapeMarkdown } from '../markdown.ts';

/** What an item of the tree runs. */
export interface TestCase {
  readonly root: Root;
  /** Missing if the settings prevent the test from running. */
  readonly plan?: TestPlan;
  readonly problems: readonly Problem[];
}

/** The tree of the Test Explorer: (folder →) model → test. Items keep their identity, so that results stay with them. */
export class TestTree {
  readonly #controller: vscode.TestController;
  #cases = new Map<string, TestCase>();
  #roots: readonly Root[] = [];

  constructor(controller: vscode.TestController) {
    this.#controller = controller;
  }

  get roots(): readonly Root[] {
    return this.#roots;
  }

  caseOf(item: vscode.TestItem): TestCase | undefined {
    return this.#cases.get(item.id);
  }

  /** The item of a test, by the test's id. */
  itemOf(id: string): vscode.TestItem | undefined {
    return [...this.leaves(this.#controller.items)].find((item) => item.id === id);
  }

  /** Every test below some items. */
  *leaves(items: Iterable<[string, vscode.TestItem]>): Generator<vscode.TestItem> {
    for (const [, item] of items) {
      if (this.#cases.has(item.id)) yield item;
      else yield* this.leaves(item.children);
    }
  }

  /** Every test at or below some items. */
  *testsIn(items: readonly vscode.TestItem[]): Generator<vscode.TestItem> {
    yield* this.leaves(items.map((item) => [item.id, item]));
  }

  /** Shows the tests of these roots. A file that cannot be read keeps the tests that it had. */
  update(found: readonly Root[]): void {
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

  #withFormerTests(root: Root): Root {
    const unreadable = new Set(root.problems.filter(({ test }) => test === undefined).map(({ file }) => file));
    const former = this.#roots.find(({ folder }) => folder === root.folder)?.plans ?? [];
    const known = new Set(root.plans.map(({ id }) => id));
    const kept = former.filter(({ id, origin }) => unreadable.has(origin.file) && !known.has(id));
    return { ...root, plans: [...root.plans, ...kept] };
  }

  /** Mistakes that do not belong to a test: one item each, with the error. */
  #problemItems({ problems }: Root): vscode.TestItem[] {
    return problems
      .filter(({ test }) => test === undefined)
      .map((problem) => {
        const item = this.#item(`problem:${problem.file}:${problem.line}`, vscode.l10n.t('Settings'), problem);
        item.error = explain([problem]);
        item.sortText = '0';
        return item;
      });
  }

  #modelItems(root: Root): vscode.TestItem[] {
    const models = new Map<string, vscode.TestItem[]>();
    const add = (model: string, item: vscode.TestItem) => models.set(model, [...(models.get(model) ?? []), item]);
    for (const plan of root.plans) {
      this.#cases.set(plan.id, { root, plan, problems: [] });
      add(plan.model.name, this.#test(plan.id, plan.name, plan.origin));
    }
    const impossible = new Set(root.problems.flatMap(({ test }) => test ?? []));
    for (const id of impossible) {
      const problems = root.problems.filter(({ test }) => test === id);
      const { testName = id } = problems[0] as Problem;
      const model = id.slice(0, -(testName.length + separator.length));
      const item = this.#test(id, testName, problems[0] as Problem);
      item.error = explain(problems);
      this.#cases.set(id, { root, problems });
      add(model || vscode.l10n.t('Cannot run'), item);
    }
    return [...models].map(([model, tests]) => this.#item(`model:${root.folder}:${model}`, model, undefined, tests));
  }

  #test(id: string, name: string, origin: { file: string; line: number }): vscode.TestItem {
    const item = this.#item(id, name, origin);
    item.error = undefined;
    return item;
  }

  #item(
    id: string,
    label: string,
    origin?: { file: string; line: number },
    children: readonly vscode.TestItem[] = [],
  ): vscode.TestItem {
    const known = this.#known(id);
    const uri = origin && vscode.Uri.file(origin.file);
    const item =
      known?.uri?.toString() === uri?.toString() && known ? known : this.#controller.createTestItem(id, label, uri);
    item.label = label;
    item.range = origin && new vscode.Range(origin.line - 1, 0, origin.line - 1, 0);
    item.children.replace(children);
    return item;
  }

  #known(id: string, items: vscode.TestItemCollection = this.#controller.items): vscode.TestItem | undefined {
    for (const [, item] of items) {
      const found = item.id === id ? item : this.#known(id, item.children);
      if (found) return found;
    }
    return undefined;
  }
}

/** What is wrong, with a link to the place. */
function explain(problems: readonly Problem[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  for (const { file, line, setting, message } of problems) {
    const place = vscode.Uri.file(file).with({ fragment: `L${line}` });
    text.appendMarkdown(
      `${escapeMarkdown(`${setting}: ${message}`)} [${vscode.l10n.t('Open Settings')}](${place})\n\n`,
    );
  }
  return text;
}
