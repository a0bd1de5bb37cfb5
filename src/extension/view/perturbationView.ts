import path from 'node:path';
import * as vscode from 'vscode';
import type { ViewLocation } from '../../page/protocol.ts';
import { readReport } from '../../reports/runFolder.ts';
import { UserError } from '../../userError.ts';
import { AttackHistory } from '../attackHistory.ts';
import { panelIcon } from '../panelIcon.ts';
import { RunningTests } from '../runningTests.ts';
import { isRunFolder } from './isRunFolder.ts';
import { recentRuns } from './recentRuns.ts';
import { type ExampleKey, ViewPanel } from './viewPanel.ts';
import { viewType } from './viewType.ts';

/** The open perturbation views: one panel for each test, which follows its latest run. */
export class PerturbationViews implements vscode.WebviewPanelSerializer<unknown> {
  static readonly #instances = new WeakMap<vscode.ExtensionContext, PerturbationViews>();

  readonly #extension: vscode.Uri;
  readonly #history: AttackHistory;
  readonly #running: RunningTests;
  readonly #panels = new Map<string, ViewPanel>();

  private constructor(context: vscode.ExtensionContext) {
    this.#extension = context.extensionUri;
    this.#history = new AttackHistory(context);
    this.#running = RunningTests.of(context);
    const following = this.#running.onDidChange((test) =>
      this.#panels.get(keyOf({ folder: test.folder, test: test.plan.id }))?.follow(test),
    );
    context.subscriptions.push(following);
  }

  /** The views of this extension. */
  static of(context: vscode.ExtensionContext): PerturbationViews {
    const known = PerturbationViews.#instances.get(context) ?? new PerturbationViews(context);
    PerturbationViews.#instances.set(context, known);
    return known;
  }

  /**
   * Shows a test, in its existing panel or in a new one, and optionally selects an example.
   * @throws UserError when the folder is not one where runs of this window are.
   */
  open(location: ViewLocation, example?: ExampleKey): void {
    const { folder, test } = location;
    if (!isRunFolder(folder, this.#history)) {
      throw new UserError(vscode.l10n.t('{0} is not a run folder of this window. Run the test again.', folder));
    }
    const known = this.#panels.get(keyOf(location));
    if (known) void known.reveal(folder, example);
    else this.#adopt(vscode.window.createWebviewPanel(viewType, test, columnForView()), location, example);
  }

  /** Restores a panel after a reload of the window: `state` is what its page saved. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const location = locationIn(state);
    if (location && isRunFolder(location.folder, this.#history)) this.#adopt(panel, await withReport(location));
    else panel.dispose();
  }

  #adopt(panel: vscode.WebviewPanel, { folder, test }: ViewLocation, example?: ExampleKey): void {
    const key = keyOf({ folder, test });
    panel.title = test;
    panel.iconPath = panelIcon(this.#extension);
    const means = { extension: this.#extension, running: this.#running };
    this.#panels.set(key, new ViewPanel(panel, { folder, test }, means, example));
    panel.onDidDispose(() => this.#panels.delete(key));
  }
}

/** Where a new view opens: beside other views, else in a column that is there already, so that it splits no editor. */
function columnForView(): vscode.ViewColumn {
  const { all, activeTabGroup } = vscode.window.tabGroups;
  const hasView = ({ tabs }: vscode.TabGroup) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType));
  const group = all.find(hasView) ?? all.find((one) => one !== activeTabGroup);
  return group?.viewColumn ?? vscode.ViewColumn.Active;
}

/** The location, or the newest run of its test where the run is gone or has no report: it was canceled, or killed. */
async function withReport({ folder, test }: ViewLocation): Promise<ViewLocation> {
  const run = await readReport(folder).catch(() => undefined);
  if (run?.tests.some(({ id }) => id === test)) return { folder, test };
  const newest = (await recentRuns(path.dirname(folder))).find(({ report }) => report.id === test);
  return { folder: newest?.folder ?? folder, test };
}

/** All runs of a test share a panel. */
function keyOf({ folder, test }: ViewLocation): string {
  return JSON.stringify([path.dirname(folder), test]);
}

/** The location in a saved state, which may come from another version. */
function locationIn(state: unknown): ViewLocation | undefined {
  const location = (state as { location?: Partial<ViewLocation> } | undefined | null)?.location;
  const { folder, test } = location ?? {};
  return typeof folder === 'string' && typeof test === 'string' ? { folder, test } : undefined;
}
