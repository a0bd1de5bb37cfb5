import type { Engine } from '../engine.ts';
import type { Log } from '../log.ts';
import type { Results } from '../results.ts';
import type { TestExplorer } from '../tests/testExplorer.ts';

/** What commands work on. */
export interface Services {
  readonly engine: Engine;
  readonly log: Log;
  readonly results: Results;
  readonly explorer: TestExplorer;
}
