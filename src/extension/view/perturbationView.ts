import * as vscode from 'vscode';
import type { ViewLocation } from '../../page/protocol.ts';
import { UserError } from '../../userError.ts';
import { isRunFolder } from './isRunFolder.ts';
import { type ExampleKey, ViewPanel } from './viewPanel.ts';
import { viewType } from './viewType.ts';

/** The open perturbation views: one panel for each test of each run. */
export class PerturbationViews implements vscode.WebviewPanelSerializer<unknown> {
  static readonly #instances = new WeakMap<vscode.ExtensionContext, PerturbationViews>();

  readonly #extension: vscode.Uri;
  readonly #panels = new Map<string, ViewPanel>();

  private constructor(extension: vscode.Uri) {
    this.#extension = extension;
  }

  /** The views of this extension. */
  static of(context: vscode.ExtensionContext): PerturbationViews {
    const known = PerturbationViews.#instances.get(context) ?? new PerturbationViews(context.extensionUri);
    PerturbationViews.#instances.set(context, known);
    return known;
  }

  /**
   * Shows a test next to the editor, in its existing panel or in a new one, and optionally selects an example.
   * @throws UserError when the folder is not one where runs of this window are.
   */
  open(location: ViewLocation, example?: ExampleKey): void {
    if (!isRunFolder(location.folder)) {
      throw new UserError(
        vscode.l10n.t('{0} is not a run folder of this window. Run the test again.', location.folder),
      );
    }
    const known = this.#panels.get(keyOf(location));
    if (known) void known.reveal(example);
    else this.#adopt(vscode.window.createWebviewPanel(viewType, '', vscode.ViewColumn.Beside), location, example);
  }

  /** Restores a panel after a reload of the window: `state` is what its page saved. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const location = locationIn(state);
    if (location && isRunFolder(location.folder)) this.#adopt(panel, location);
    else panel.dispose();
  }

  #adopt(panel: vscode.WebviewPanel, { folder, test }: ViewLocation, example?: ExampleKey): void {
    const location = { folder, test };
    const key = keyOf(location);
    panel.title = test;
    this.#panels.set(key, new ViewPanel(panel, location, this.#extension, example));
    panel.onDidDispose(() => this.#panels.delete(key));
  }
}

function keyOf({ folder, test }: ViewLocation): string {
  return JSON.stringify([folder, test]);
}

/** The location in a saved state, which may come from another version. */
function locationIn(state: unknown): ViewLocation | undefined {
  const location = (state as { location?: Partial<ViewLocation> } | undefined | null)?.location;
  const { folder, test } = location ?? {};
  return typeof folder === 'string' && typeof test === 'string' ? { folder, test } : undefined;
}
