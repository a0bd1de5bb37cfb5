import type { ExampleReport, TestReport, Trace } from '../reports/report.ts';

/**
 * An example as the page gets it: without the steps of its trace. They have a number for each class of the model, and
 * the page asks for them when it shows the example.
 */
export interface ShownExample extends Omit<ExampleReport, 'trace'> {
  readonly trace?: Omit<Trace, 'steps'>;
}

/** One test of one run, as the perturbation view shows it. */
export interface ShownTest {
  readonly report: TestReport;
  readonly examples: readonly ShownExample[];
  /** Names of the model's classes, in the order of its logits; empty where the report lacks them. */
  readonly classes: readonly string[];
  /** Where the page fetches images from: paths in examples are relative to it. Ends in a slash. */
  readonly imagesBase: string;
  /** When the run began, in the user's words. */
  readonly started: string;
}

/** Which test of which run a panel shows; kept in the webview's state, so that a reloaded window restores it. */
export interface ViewLocation {
  /** Path of the run folder. */
  readonly folder: string;
  /** Id of the test. */
  readonly test: string;
}

/** The three pictures of an example. */
export type Picture = 'original' | 'perturbation' | 'adversarial';

/** What the extension tells the page. */
export type ToWebview =
  | {
      readonly type: 'show';
      readonly location: ViewLocation;
      readonly test: ShownTest;
      /** Place in `examples` of the one to begin with. */
      readonly selected?: number;
      /** The page's words in the user's language, by their English. */
      readonly strings: Readonly<Record<string, string>>;
    }
  /** The steps of an example's trace, as the page asked for them. */
  | { readonly type: 'steps'; readonly example: number; readonly steps: Trace['steps'] }
  /** The run cannot be shown: what happened, and what to do. */
  | { readonly type: 'error'; readonly message: string };

/** What the page tells the extension. */
export type FromWebview =
  /** The page can take messages; sent again whenever it comes back. */
  | { readonly type: 'ready' }
  /** Send the steps of an example's trace. */
  | { readonly type: 'loadSteps'; readonly example: number }
  /** Save a picture as the page draws it. */
  | { readonly type: 'savePicture'; readonly name: string; readonly png: Uint8Array }
  /** Put a settings entry that runs this example's attack on the clipboard. */
  | { readonly type: 'copySettings'; readonly example: number }
  | { readonly type: 'revealImage'; readonly example: number; readonly picture: 'original' | 'adversarial' }
  | { readonly type: 'openSettings' }
  /** Show the page about a finding of the audit. */
  | { readonly type: 'openFinding'; readonly check: string };
