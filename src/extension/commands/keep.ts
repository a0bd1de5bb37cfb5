import path from 'node:path';
import * as vscode from 'vscode';
import { keepFrom } from '../../run/keep.ts';
import { UserError } from '../../userError.ts';
import type { Services } from './services.ts';
import { withProgress } from './withProgress.ts';

const { l10n } = vscode;

/** What to keep: all that fooled the model in the last run of a test, or certain examples of a run. */
export interface KeepTarget {
  /** The run folder. */
  readonly folder: string;
  /** Id of the test. */
  readonly test: string;
  readonly identities?: readonly string[];
}

/** *Keep Counterexamples*: saves what fooled a model, without running its test again, so that later runs try it first. */
export async function keep({ engine, explorer }: Services, { folder, test, identities }: KeepTarget): Promise<void> {
  const kept = await withProgress(l10n.t('Keeping counterexamples of {0}', test), (show, signal) =>
    keepFrom(
      { engine, run: folder, tests: [test], planOf: (id) => explorer.planOf(id), ...(identities && { identities }) },
      { signal, onProgress: ({ done, total }) => show(done, total) },
    ),
  );
  const [one] = kept ?? [];
  if (one === undefined) return;
  await explorer.refresh();
  const place = vscode.workspace.asRelativePath(one.folder);
  const message =
    one.added === 0
      ? l10n.t('All of them were kept before: {0}', place)
      : l10n.t('Kept counterexamples: {0}. Commit {1} to try them in every run.', one.added, place);
  const show = l10n.t('Open File');
  const chosen = await vscode.window.showInformationMessage([message, ...one.notes].join('\n'), show);
  if (chosen !== show) return;
  await vscode.window.showTextDocument(vscode.Uri.file(path.join(one.folder, 'counterexamples.jsonl')));
}

/** The last run of a test. @throws UserError when it has none. */
export function lastRunOf({ results }: Services, test: string): KeepTarget {
  const result = results.get(test);
  if (result) return { folder: result.folder, test };
  throw new UserError(l10n.t('There are no results yet. Run the test first.'));
}
