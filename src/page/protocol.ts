import type { Verdict } from '../evaluation/verdict.ts';
import type { TestProgress } from '../jobs/runTest.ts';
import type { ExampleReport, TestReport, Trace, TransferMatrix } from '../reports/report.ts';

/**
 * An example as sent to the page: without the steps of its trace. These have a number for each class of the model, and
 * the page asks for them when it shows the example.
 */
export interface ShownExample extends Omit<ExampleReport, 'trace'> {
  readonly trace?: Omit<Trace, 'steps'>;
}

/** One test of one run, as shown in the perturbation view. */
export interface ShownTest {
  readonly report: TestReport;
  readonly examples: readonly ShownExample[];
  /** The rest of the examples follows: these are what a view begins with. */
  readonly isBeginning?: true;
  /** Names of the model's classes, in the order of its logits; empty if the report has none. */
  readonly classes: readonly string[];
  /** Base URL of the images: paths in examples are relative to it. Ends with a slash. */
  readonly imagesBase: string;
  /**
   * Addresses of images by their paths, where a page has some of them in itself and no others: the gallery is then about
   * the examples with images.
   */
  readonly images?: Readonly<Record<string, string>>;
  /** When the run started, formatted for the user. */
  readonly started: string;
  /** What carried over between the models of the run; missing without surrogates, and until the run is read from its folder. */
  readonly transfer?: readonly TransferMatrix[];
  /** How far the test is, or that it was canceled: then the report is only what is known before a test runs. */
  readonly progress?: RunProgress;
}

/** How far a test is. Its examples are in the list as they finish. */
export type RunProgress = Pick<TestProgress, 'phase' | 'done' | 'total'> | { readonly phase: 'canceled' };

/** A run that the test can be shown of. */
export interface ShownRun {
  /** Path of the run folder. */
  readonly folder: string;
  /** When it started, formatted for the user. */
  readonly started: string;
  readonly status: Verdict | 'running' | 'canceled';
  /** Its main figure as a fraction, if it has one: robust accuracy or, for a target, success rate. */
  readonly figure?: number;
}

/** A test that the shown one can be compared with: of the same images, by another model or attack. */
export interface ShownTwin extends ShownRun {
  /** Id of the test. */
  readonly test: string;
}

/** Which test of which run a panel shows; saved in the webview's state so that a reloaded window restores it. */
export interface ViewLocation {
  /** Path of the run folder. */
  readonly folder: string;
  /** Id of the test. */
  readonly test: string;
}

/** The three pictures of an example. */
export type Picture = 'original' | 'perturbation' | 'adversarial';

/** Messages from the extension to the page. */
export type ToWebview =
  | {
      readonly type: 'show';
      readonly location: ViewLocation;
      readonly test: ShownTest;
      /** Index in `examples` of the one to select first. */
      readonly selected?: number;
      /** Texts of the page in the user's language, keyed by the English text. */
      readonly strings: Readonly<Record<string, string>>;
    }
  /** The examples behind those that the view has begun with. */
  | { readonly type: 'rest'; readonly examples: readonly ShownExample[] }
  /** The runs that the test can be shown of, the newest first, and the tests that it can be compared with. */
  | { readonly type: 'runs'; readonly runs: readonly ShownRun[]; readonly twins: readonly ShownTwin[] }
  /** The test to compare with, as requested by the page. */
  | { readonly type: 'twin'; readonly test: ShownTest }
  /** What has changed in the test that is shown: examples that have finished, and the rest. */
  | {
      readonly type: 'update';
      readonly test: Pick<ShownTest, 'report' | 'classes' | 'progress'>;
      readonly finished: readonly ShownExample[];
    }
  /** The steps of an example's trace, as requested by the page. */
  | { readonly type: 'steps'; readonly example: number; readonly steps: Trace['steps'] }
  /** The file of an example, as it is on disk, as requested by the page; or why there is none. */
  | {
      readonly type: 'file';
      readonly example: number;
      readonly bytes?: Uint8Array<ArrayBuffer>;
      readonly reason?: string;
    }
  /** The run cannot be shown: what happened and what to do. */
  | { readonly type: 'error'; readonly message: string };

/** Messages from the page to the extension. */
export type FromWebview =
  /** The page is ready for messages; sent again whenever it is reloaded. */
  | { readonly type: 'ready' }
  /** Show another run of the test. */
  | { readonly type: 'showRun'; readonly folder: string }
  /** Send a test to compare with. */
  | { readonly type: 'loadTwin'; readonly location: ViewLocation }
  /** Send the steps of an example's trace. */
  | { readonly type: 'loadSteps'; readonly example: number }
  /** Send the file that an example was read from. */
  | { readonly type: 'loadFile'; readonly example: number }
  /** Save a picture as the page draws it. */
  | { readonly type: 'savePicture'; readonly name: string; readonly png: Uint8Array }
  /** Copy a settings entry that runs this example's attack to the clipboard. */
  | { readonly type: 'copySettings'; readonly example: number }
  | { readonly type: 'revealImage'; readonly example: number; readonly picture: 'original' | 'adversarial' }
  /** Keep an example as a counterexample, so that later runs try it first. */
  | { readonly type: 'keep'; readonly example: number }
  | { readonly type: 'openSettings' }
  /** Write what the view says of the test to a file. */
  | { readonly type: 'exportReport' }
  /** Show the documentation page of an audit finding. */
  | { readonly type: 'openFinding'; readonly check: string };
