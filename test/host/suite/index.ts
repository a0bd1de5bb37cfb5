// Runs the suite inside VS Code's extension host. It is bundled by ../runHost.ts, which also finds the test files.
import { writeFileSync } from 'node:fs';
import type { HostResult } from './result.ts';
import { resultVariable } from './result.ts';

/** Loads a test file. */
export type Load = () => unknown;

/** Runs all tests; rejects, as VS Code expects it, when one has failed. */
export async function runSuite(files: Readonly<Record<string, Load>>): Promise<void> {
  // Mocha consists of ES modules, which a bundle in CommonJS can only import like this.
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', color: false, timeout: 1_800_000, forbidOnly: true });
  if (process.env.PERTURB_GREP !== undefined) mocha.grep(new RegExp(process.env.PERTURB_GREP));
  // What Mocha does around each file that it loads by itself: makes describe, it and the hooks global, among others.
  for (const [name, load] of Object.entries(files)) {
    mocha.suite.emit('pre-require', globalThis, name, mocha);
    mocha.suite.emit('require', load(), name, mocha);
    mocha.suite.emit('post-require', globalThis, name, mocha);
  }

  const failed = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats ?? { passes: 0, failures: 1, pending: 0 };
      const result: HostResult = { passed: passes, failed: failures, skipped: pending };
      const file = process.env[resultVariable];
      if (file !== undefined) writeFileSync(file, JSON.stringify(result));
    });
  });
  if (failed > 0) throw new Error(`${failed} of the tests in VS Code failed.`);
}
