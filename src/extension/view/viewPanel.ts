import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import { itemKey } from '../../page/keys.ts';
import type { FromWebview, ShownRun, ShownTest, ToWebview, ViewLocation } from '../../page/protocol.ts';
import { lengthOfBeginning, shownTest, withoutExamples, withoutSteps } from '../../page/shownTest.ts';
import type { ExampleReport } from '../../reports/report.ts';
import { describeError } from '../../userError.ts';
import { openFindingPage } from '../findingPage.ts';
import type { RunningTest, RunningTests } from '../runningTests.ts';
import { act, exampleAt } from './actions.ts';
import { OpenTest } from './openTest.ts';
import { readOriginalFile } from './originalFile.ts';
import { pageTexts } from './pageTexts.ts';
import { type RunOfTest, recentRuns, twinsOf } from './recentRuns.ts';
import { renderPage } from './renderPage.ts';

/** Identifies an example within its test. */
export type ExampleKey = Pick<ExampleReport, 'index' | 'epsilon'>;

/** How long, in milliseconds, finished examples are collected before the page is told of them. */
const updateInterval = 100;

/** One panel, which shows one test: its latest run as it goes on, or an earlier one. */
export class ViewPanel {
  readonly #panel: vscode.WebviewPanel;
  readonly #extension: vscode.Uri;
  readonly #running: RunningTests;
  #location: ViewLocation;
  /** The newest run of the test that is known: a panel that shows it moves on with the next one. */
  #newest: string;
  /** The example to show next; only once, since the page remembers what is selected after that. */
  #wanted: ExampleKey | undefined;
  #test: OpenTest | undefined;
  /** What a new panel is about, read while its page loads. */
  #ahead: Promise<OpenTest> | undefined;
  /** News of the run that the page has not been told of. */
  #news: RunningTest | undefined;
  #isCatchingUp = false;
  #turn = Promise.resolve();
  #isReady = false;

  constructor(
    panel: vscode.WebviewPanel,
    location: ViewLocation,
    { extension, running }: { readonly extension: vscode.Uri; readonly running: RunningTests },
    example?: ExampleKey,
  ) {
    this.#panel = panel;
    this.#extension = extension;
    this.#running = running;
    this.#location = location;
    this.#newest = location.folder;
    this.#wanted = example;
    if (!running.find(location.test, location.folder)) {
      this.#ahead = this.#open();
      // Told once the page is there.
      this.#ahead.catch(() => {});
    }
    const { webview } = panel;
    // The page may load the images of the runs.
    const runs = vscode.Uri.file(path.dirname(location.folder));
    webview.options = { enableScripts: true, localResourceRoots: [runs] };
    webview.onDidReceiveMessage((message: FromWebview) => this.#receive(message));
    webview.html = renderPage('webview', webview, {
      extension,
      title: panel.title,
      loading: vscode.l10n.t('Loading the examples…'),
    });
  }

  /** Brings the panel to the front, with a run and an example where they are asked for. */
  async reveal(folder: string, example?: ExampleKey): Promise<void> {
    const wasVisible = this.#panel.visible;
    const isOther = folder !== this.#location.folder;
    this.#location = { ...this.#location, folder };
    this.#ahead = undefined;
    this.#wanted = example ?? this.#wanted;
    this.#panel.reveal();
    // A hidden page is reloaded and then requests the test itself.
    if (wasVisible && this.#isReady && (isOther || example)) await this.#show();
  }

  /** Hears of the test while it runs. */
  follow(running: RunningTest): void {
    this.#ahead = undefined;
    const { folder, outcome } = running;
    if (folder !== this.#location.folder) {
      const movesOn = outcome === undefined && this.#location.folder === this.#newest;
      this.#newest = folder;
      if (movesOn) this.#location = { ...this.#location, folder };
      if (!this.#isReady) return;
      if (movesOn) void this.#show();
      else if (outcome !== undefined) void this.#showRuns();
      return;
    }
    this.#news = running;
    if (!this.#isCatchingUp) void this.#catchUp();
  }

  async #catchUp(): Promise<void> {
    this.#isCatchingUp = true;
    while (this.#news) {
      const news = this.#news;
      this.#news = undefined;
      await this.#inTurn(() => this.#update(news));
      await setTimeout(updateInterval);
    }
    this.#isCatchingUp = false;
  }

  async #update(news: RunningTest): Promise<void> {
    const test = this.#test;
    if (!test || test.folder !== news.folder) return;
    const finished = await test.follow(news);
    this.#post({ type: 'update', test: withoutExamples(test), finished: finished.map(withoutSteps) });
    if (news.outcome !== undefined) void this.#showRuns();
  }

  /** Reading a test and following it take turns, so that no example is missed and none told twice. */
  #inTurn(task: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(task).catch((error) => this.#post({ type: 'error', message: describeError(error) }));
    return this.#turn;
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
      if (message.type === 'showRun') {
        // The page names a folder: only one of those that it was offered.
        this.#location = { ...this.#location, folder: this.#runFolder(message.folder) };
        await this.#show();
        return;
      }
      if (message.type === 'loadTwin') {
        const { folder, test } = message.location;
        const twin = await OpenTest.open({ folder: this.#runFolder(folder), test }, undefined);
        this.#post({ type: 'twin', test: this.#shown(twin) });
        return;
      }
      this.#test ??= await this.#open();
      if (message.type === 'loadSteps') {
        const { example } = message;
        this.#post({ type: 'steps', example, steps: this.#test.examples[example]?.trace?.steps ?? [] });
        return;
      }
      if (message.type === 'loadFile') {
        this.#post(await this.#file(this.#test, message.example));
        return;
      }
      const pageFolder = vscode.Uri.joinPath(this.#extension, 'dist').fsPath;
      await act(message, this.#test, { folder: this.#location.folder, pageFolder });
    } catch (error) {
      void vscode.window.showErrorMessage(describeError(error));
    }
  }

  #show(): Promise<void> {
    return this.#inTurn(async () => {
      const test = await this.#openFirst();
      this.#test = test;
      await this.#postTest(test);
      this.#wanted = undefined;
      void this.#showRuns();
    });
  }

  /** The test, as far as it is; what was read ahead is used once, where nothing has happened since. */
  #openFirst(): Promise<OpenTest> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead ?? this.#open();
  }

  #open(): Promise<OpenTest> {
    const { folder, test } = this.#location;
    const running = this.#running.find(test, folder);
    return OpenTest.open(this.#location, running?.folder === folder ? running : undefined);
  }

  async #file(test: OpenTest, example: number): Promise<ToWebview> {
    try {
      return { type: 'file', example, bytes: await readOriginalFile(exampleAt(test, example)) };
    } catch (error) {
      return { type: 'file', example, reason: describeError(error) };
    }
  }

  /** Tells the page which runs there are. */
  async #showRuns(): Promise<void> {
    const { folder, test } = this.#location;
    const recent = await recentRuns(path.dirname(folder));
    const runs = recent.filter(({ report }) => report.id === test).map(shownRun);
    const twins = this.#test ? twinsOf(recent, this.#test.report) : [];
    const add = (run: ShownRun) => runs.some((one) => one.folder === run.folder) || runs.push(run);
    const running = this.#running.find(test, folder);
    if (running) add({ folder: running.folder, started: running.started, status: 'running' });
    // What was canceled has no report.
    if (this.#test?.progress) add({ folder, started: this.#test.started, status: 'canceled' });
    runs.sort((a, b) => (a.folder < b.folder ? 1 : -1));
    this.#newest = runs[0]?.folder ?? folder;
    const forPeople = <R extends ShownRun>(run: R): R => ({ ...run, started: formatTime(run.started) });
    this.#post({
      type: 'runs',
      runs: runs.map(forPeople),
      twins: twins.map((run) => forPeople({ ...shownRun(run), test: run.report.id })),
    });
  }

  #runFolder(folder: string): string {
    return path.join(path.dirname(this.#location.folder), path.basename(folder));
  }

  /** Sends a test: what the page begins with, and then the rest. */
  async #postTest(test: OpenTest): Promise<void> {
    const wanted = this.#wanted && itemKey(this.#wanted);
    const found = test.examples.findIndex((example) => itemKey(example) === wanted);
    const selected = found >= 0 ? found : undefined;
    const shown = this.#shown(test);
    const length = lengthOfBeginning(test, selected);
    const rest = shown.examples.slice(length);
    const beginning: ToWebview = {
      type: 'show',
      location: this.#location,
      test: rest.length > 0 ? { ...shown, examples: shown.examples.slice(0, length), isBeginning: true } : shown,
      ...(selected !== undefined && { selected }),
      strings: pageTexts(),
    };
    // Messages that are posted together leave together.
    await this.#panel.webview.postMessage(beginning);
    if (rest.length > 0) this.#post({ type: 'rest', examples: rest });
  }

  #shown(test: OpenTest): ShownTest {
    const images = this.#panel.webview.asWebviewUri(vscode.Uri.file(test.folder));
    const matrices = test.transfer && { transfer: test.transfer };
    return { ...shownTest(test), ...matrices, imagesBase: `${images}/`, started: formatTime(test.started) };
  }

  /** A page that is hidden or gone misses it, and asks for everything when it is back. */
  #post(message: ToWebview): void {
    void this.#panel.webview.postMessage(message);
  }
}

function shownRun({ folder, started, report: { status, metrics } }: RunOfTest): ShownRun {
  const figure = metrics?.robustAccuracy ?? metrics?.successRate;
  return { folder, started, status, ...(figure !== undefined && { figure }) };
}

function formatTime(time: string): string {
  return new Date(time).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
}
