import * as vscode from 'vscode';

const { l10n } = vscode;

/** Shows progress. */
export type Show = (done: number, total: number) => void;

/**
 * Runs a long operation and shows its progress and the time left; `undefined` if the user canceled it.
 */
export async function withProgress<T>(
  title: string,
  run: (show: Show, signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const abort = new AbortController();
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (view, token) => {
    token.onCancellationRequested(() => abort.abort(new Error('cancelled')));
    const start = Date.now();
    let shown = 0;
    const show = (done: number, total: number) => {
      const percent = total === 0 ? 0 : (100 * done) / total;
      const seconds = done === 0 ? undefined : ((Date.now() - start) / 1000 / done) * (total - done);
      const left = seconds === undefined ? '' : l10n.t(', {0} s left', Math.ceil(seconds));
      view.report({ increment: percent - shown, message: `${done}/${total}${left}` });
      shown = percent;
    };
    try {
      return await run(show, abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return undefined;
      throw error;
    }
  });
}
