import type { DemoName } from '../../demos.ts';

/** Where the extension remembers, until the demo's window is there, which demo it has opened, and in which folder. */
export const opened = 'perturb.openedDemo';

/** What it remembers there. */
export interface OpenedDemo {
  readonly folder: string;
  readonly demo: DemoName;
}
