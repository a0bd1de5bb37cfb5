import path from 'node:path';
import * as vscode from 'vscode';
import type { TestPlan } from '../evaluation/plan.ts';
import type { TestProgress } from '../jobs/runTest.ts';
import type { TestReport, UnplannedReport } from '../reports/report.ts';

/** A test that runs, or that has just ended. */
export interface RunningTest {
  /** The run folder. */
  readonly folder: string;
  readonly plan: TestPlan;
  /** When it began, as ISO 8601. */
  readonly started: string;
  readonly progress: TestProgress;
  /** Its report, once it has ended; `canceled` if it will have none. */
  readonly outcome?: TestReport | UnplannedReport | 'canceled';
}

/** The tests that run in this window, for those who show them meanwhile. */
export class RunningTests implements vscode.Disposable {
  static readonly #instances = new WeakMap<vscode.ExtensionContext, RunningTests>();

  readonly #changed = new vscode.EventEmitter<RunningTest>();
  readonly #running = new Map<string, RunningTest>();

  /** Fires when a test begins, with every example that it finishes, and when it ends. */
  readonly onDidChange = this.#changed.event;

  /** The running tests of this extension. */
  static of(context: vscode.ExtensionContext): RunningTests {
    const known = RunningTests.#instances.get(context) ?? new RunningTests();
    RunningTests.#instances.set(context, known);
    return known;
  }

  /**
   * A test, if it runs.
   * @param near a run folder: it must run into one beside that, or into that one.
   */
  find(test: string, near?: string): RunningTest | undefined {
    return [...this.#running.values()].find(
      ({ plan, folder }) => plan.id === test && (near === undefined || path.dirname(folder) === path.dirname(near)),
    );
  }

  begin(folder: string, plan: TestPlan): void {
    const progress = { test: plan.id, phase: 'loading', done: 0, total: 0 } as const;
    this.#set({ folder, plan, started: new Date().toISOString(), progress });
  }

  advance(folder: string, progress: TestProgress): void {
    const known = this.#running.get(folder);
    if (known?.plan.id === progress.test) this.#set({ ...known, progress });
  }

  /** The test that runs into a folder has ended; without a report it was canceled. Nothing happens if none runs there. */
  end(folder: string, outcome: RunningTest['outcome'] = 'canceled'): void {
    const known = this.#running.get(folder);
    if (known === undefined) return;
    this.#running.delete(folder);
    this.#changed.fire({ ...known, outcome });
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #set(running: RunningTest): void {
    this.#running.set(running.folder, running);
    this.#changed.fire(running);
  }
}
