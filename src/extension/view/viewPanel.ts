import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { itemKey } from '../../page/keys.ts';
import type { FromWebview, ToWebview, ViewLocation } from '../../page/protocol.ts';
import type { ExampleReport } from '../../reports/report.ts';
import { describeError } from '../../userError.ts';
import { openFindingPage } from '../findingPage.ts';
import { act } from './actions.ts';
import { renderHtml } from './html.ts';
import { type LoadedTest, loadTest } from './loadTest.ts';
import { pageTexts } from './pageTexts.ts';
import { shownTest } from './shownTest.ts';

/** Identifies an example within its test. */
export type ExampleKey = Pick<ExampleReport, 'index' | 'epsilon'>;

/** One panel, which shows one test of one run. */
export class ViewPanel {
  readonly #panel: vscode.WebviewPanel;
  readonly #extension: vscode.Uri;
  readonly #location: ViewLocation;
  /** The example to show next; only once, since the page remembers what is selected after that. */
  #wanted: ExampleKey | undefined;
  #test: LoadedTest | undefined;
  #isReady = false;

  constructor(panel: vscode.WebviewPanel, location: ViewLocation, extension: vscode.Uri, example?: ExampleKey) {
    this.#panel = panel;
    this.#extension = extension;
    this.#location = location;
    this.#wanted = example;
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(extension, 'dist');
    // The page may load its script, its style and the images of this run.
    webview.options = { enableScripts: true, localResourceRoots: [dist, vscode.Uri.file(location.folder)] };
    webview.onDidReceiveMessage((message: FromWebview) => this.#receive(message));
    const resource = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    webview.html = renderHtml({
      cspSource: webview.cspSource,
      script: resource('webview.js'),
      style: resource('webview.css'),
      nonce: randomBytes(16).toString('base64url'),
      language: vscode.env.language,
      title: panel.title,
      loading: vscode.l10n.t('Loading the examples…'),
    });
  }

  /** Brings the panel to the front, with an example where one is asked for. */
  async reveal(example?: ExampleKey): Promise<void> {
    const wasVisible = this.#panel.visible;
    this.#wanted = example ?? this.#wanted;
    this.#panel.reveal();
    // A hidden page is reloaded and then requests the test itself.
    if (wasVisible && this.#isReady && example) await this.#show();
  }

  async #receive(message: FromWebview): Promise<void> {
    if (message.type === 'ready') {
      this.#isReady = true;
      await this.#show();
      return;
    }
    try {
      if (message.type === 'openFinding') {
        await openFindingPage(this.#extension, message.check);
        return;
      }
      this.#test ??= await loadTest(this.#location);
      if (message.type === 'loadSteps') {
        const { example } = message;
        await this.#post({ type: 'steps', example, steps: this.#test.examples[example]?.trace?.steps ?? [] });
        return;
      }
      await act(message, this.#location.folder, this.#test);
    } catch (error) {
      void vscode.window.showErrorMessage(describeError(error));
    }
  }

  async #show(): Promise<void> {
    try {
      this.#test = await loadTest(this.#location);
      await this.#post(this.#message(this.#test));
      this.#wanted = undefined;
    } catch (error) {
      await this.#post({ type: 'error', message: describeError(error) });
    }
  }

  #message(loaded: LoadedTest): ToWebview {
    const { examples, started } = loaded;
    const { webview } = this.#panel;
    const wanted = this.#wanted && itemKey(this.#wanted);
    const selected = examples.findIndex((example) => itemKey(example) === wanted);
    return {
      type: 'show',
      location: this.#location,
      test: {
        ...shownTest(loaded),
        imagesBase: `${webview.asWebviewUri(vscode.Uri.file(this.#location.folder))}/`,
        started: new Date(started).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' }),
      },
      ...(selected >= 0 && { selected }),
      strings: pageTexts(),
    };
  }

  #post(message: ToWebview): Thenable<boolean> {
    return this.#panel.webview.postMessage(message);
  }
}
