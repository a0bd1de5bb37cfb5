import path from 'node:path';
import type * as vscode from 'vscode';
import type { ViewLocation } from '../page/protocol.ts';

/** Settings entries for what was attacked, under unused names where they are new. */
export interface SavedChoice {
  readonly models: Readonly<Record<string, object>>;
  readonly datasets: Readonly<Record<string, object>>;
  readonly testName: string;
  readonly test: Readonly<Record<string, unknown>>;
}

/** An attack that is not in the settings, and how it can be added to them. */
export interface FormerAttack extends ViewLocation {
  /** The folder whose settings it would be in. */
  readonly home: string;
  readonly choice: SavedChoice;
  /** What came of it, in a sentence. */
  readonly message: string;
  /** ISO 8601. */
  readonly started: string;
}

const key = 'perturb.attacks';

/** How many attacks are remembered. */
const most = 20;

/** The attacks of *Attack Model…* in this workspace, the newest first; a reload of the window does not forget them. */
export class AttackHistory {
  readonly #state: vscode.Memento;

  constructor({ workspaceState }: vscode.ExtensionContext) {
    this.#state = workspaceState;
  }

  get all(): readonly FormerAttack[] {
    return this.#state.get<readonly FormerAttack[]>(key, []);
  }

  async add(attack: FormerAttack): Promise<void> {
    await this.#state.update(key, [attack, ...this.all].slice(0, most));
  }

  find({ folder, test }: ViewLocation): FormerAttack | undefined {
    return this.all.find((attack) => attack.folder === folder && attack.test === test);
  }

  /** Whether runs of one of the attacks are in this folder: that of a model may be outside the workspace. */
  hasRunsIn(runs: string): boolean {
    return this.all.some(({ folder }) => path.dirname(folder) === runs);
  }
}
