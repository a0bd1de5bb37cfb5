import type { ExampleReport, TestReport, Trace } from '../reports/report.ts';

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
  /** Names of the model's classes, in the order of its logits; empty if the report has none. */
  readonly classes: readonly string[];
  /** Base URL of the images: paths in examples are relative to it. Ends with a slash. */
  readonly imagesBase: string;
  /** When the run started, formatted for the user. */
  readonly started: string;
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
  /** The steps of an example's trace, as requested by the page. */
  | { readonly type: 'steps'; readonly example: number; readonly steps: Trace['steps'] }
  /** The run cannot be shown: what happened and what to do. */
  | { readonly type: 'error'; readonly message: string };

/** Messages from the page to the extension. */
export type FromWebview =
  /** The page is ready for messages; sent again whenever it is reloaded. */
  | { readonly type: 'ready' }
  /** Send the steps of an example's trace. */
  | { readonly type: 'loadSteps'; readonly example: number }
  /** Save a picture as the page draws it. */
  | { readonly type: 'savePicture'; readonly name: string; readonly png: Uint8Array }
  /** Copy a settings entry that runs this example's attack to the clipboard. */
  | { readonly type: 'copySettings'; readonly example: number }
  | { readonly type: 'revealImage'; readonly example: number; readonly picture: 'original' | 'adversarial' }
  | { readonly type: 'openSettings' }
  /** Show the documentation page of an audit finding. */
  | { readonly type: 'openFinding'; readonly check: string };
