import * as vscode from 'vscode';
import type { FromTraining, ShownTraining, ToTraining, TrainedFile } from '../../page/trainingProtocol.ts';
import { describeError } from '../../userError.ts';
import { panelIcon } from '../panelIcon.ts';
import { pageTexts } from '../view/pageTexts.ts';
import { renderPage } from '../view/renderPage.ts';
import { openFile } from './openFile.ts';
import { Training } from './training.ts';

const { l10n } = vscode;

/** How long, in milliseconds, updates are collected before they are sent to the page: there may be many steps per second. */
const pause = 100;

/** Where trainings are kept, and how many. */
const key = 'perturb.trainings';
const most = 10;

/** The trainings of this workspace, also those before the window was reloaded, and the panels that show them. */
export class TrainingPanels {
  static readonly #instances = new WeakMap<vscode.ExtensionContext, TrainingPanels>();

  readonly #extension: vscode.Uri;
  readonly #state: vscode.Memento;
  readonly #trainings: Training[];
  readonly #panels = new Map<Training, vscode.WebviewPanel>();

  private constructor({ extensionUri, workspaceState }: vscode.ExtensionContext) {
    this.#extension = extensionUri;
    this.#state = workspaceState;
    this.#trainings = workspaceState.get<readonly ShownTraining[]>(key, []).map(Training.restore);
  }

  /** The panels of this extension. */
  static of(context: vscode.ExtensionContext): TrainingPanels {
    const known = TrainingPanels.#instances.get(context) ?? new TrainingPanels(context);
    TrainingPanels.#instances.set(context, known);
    return known;
  }

  /** Opens a panel for a new training, and returns its number for `open`. */
  add(training: Training): number {
    const number = this.#trainings.push(training) - 1;
    this.#keep();
    training.onDidChange(() => {
      if (training.shown.outcome) this.#keep();
    });
    this.open(number);
    return number;
  }

  /** Every training with its number for `open`, the newest first. */
  get all(): readonly { readonly number: number; readonly shown: ShownTraining }[] {
    return this.#trainings.map(({ shown }, number) => ({ number, shown })).reverse();
  }

  /** Shows the newest training. */
  openLast(): void {
    this.open(this.#trainings.length - 1);
  }

  /** Shows a training. */
  open(number: number): void {
    const training = this.#trainings[number];
    if (training === undefined) return;
    const known = this.#panels.get(training);
    if (known) known.reveal();
    else this.#show(training);
  }

  #keep(): void {
    void this.#state.update(
      key,
      this.#trainings.slice(-most).map(({ shown }) => shown),
    );
  }

  #show(training: Training): void {
    const title = l10n.t('Training {0}', training.shown.name);
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    // The page needs nothing but what it is made of.
    const options = { enableScripts: true, localResourceRoots: [] };
    const panel = vscode.window.createWebviewPanel('perturb.training', title, column, options);
    panel.iconPath = panelIcon(this.#extension);
    const { webview } = panel;
    this.#panels.set(training, panel);
    const post = (message: ToTraining) => webview.postMessage(message);
    let timer: NodeJS.Timeout | undefined;
    const news = training.onDidChange(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void post({ type: 'update', training: training.shown });
      }, pause);
    });
    webview.onDidReceiveMessage(async (message: FromTraining) => {
      if (message.type === 'ready') await post({ type: 'begin', training: training.shown, strings: pageTexts() });
      else if (message.type === 'cancel') training.cancel();
      else await open(training, message.file);
    });
    panel.onDidDispose(() => {
      clearTimeout(timer);
      news.dispose();
      this.#panels.delete(training);
    });
    webview.html = renderPage('training', webview, { extension: this.#extension, title, loading: l10n.t('Loading…') });
  }
}

/** Opens a file written by a training. */
async function open({ shown: { outcome } }: Training, file: TrainedFile): Promise<void> {
  try {
    const written =
      outcome?.type === 'detector' && file === 'detector'
        ? outcome.report.file
        : outcome && 'report' in outcome && outcome.type !== 'detector' && file !== 'detector'
          ? outcome.report[file]
          : undefined;
    if (written !== undefined) await openFile(written);
  } catch (error) {
    void vscode.window.showErrorMessage(describeError(error));
  }
}
