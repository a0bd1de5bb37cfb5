import path from 'node:path';
import fc from 'fast-check';
import Mocha from 'mocha';
import { propertyFiles } from './propertyFiles.ts';

/** Says nothing: what has failed is told below. */
class Silent extends Mocha.reporters.Base {}

// Mutants have a seed of their own, which no round would change.
const isOfMutants = (file: string) => /mutants\.test\.ts$/i.test(file);

/**
 * Tries property tests with new random examples, over and over. Each failure is printed with the seed, the path and the
 * counterexample as fast-check reports them: written beside `numRuns` of that property, { seed, path } brings it back.
 * @param end when to stop, as `performance.now` counts.
 * @param names test files; where there are none, all that try properties.
 * @returns how many have failed.
 */
export async function soakProperties(end: number, names: readonly string[]): Promise<number> {
  const mocha = new Mocha({ timeout: 1_800_000, reporter: Silent }).cleanReferencesAfterRun(false);
  const files = names.length > 0 ? names.map((file) => path.resolve(file)) : propertyFiles();
  mocha.files = files.filter((file) => !isOfMutants(file));
  await mocha.loadFilesAsync();

  // Tests that have tried random examples: only they can come out otherwise in the next round.
  const random = new Set<Mocha.Test>();
  let current: Mocha.Test | undefined;
  fc.configureGlobal({
    beforeEach: () => {
      if (current && fc.readConfigureGlobal().seed === undefined) random.add(current);
    },
  });

  let failures = 0;

  function report(test: Mocha.Test | Mocha.Hook, { message, stack = message }: Error): void {
    failures++;
    // What a property throws is told by fast-check in the message; where it was thrown says more of other errors.
    const words = message.startsWith('Property failed') ? message : stack;
    console.log(`\n${path.relative('', test.file ?? '')}: ${test.fullTitle()}\n${words}`);
  }

  /** Runs all tests that are left, or those that there is time for. */
  function runOnce(): Promise<void> {
    return new Promise((resolve) => {
      const runner = mocha.run(() => {
        clearTimeout(timer);
        resolve();
      });
      const timer = setTimeout(() => runner.abort(), Math.max(0, end - performance.now()));
      runner.on('test', (test) => {
        current = test;
      });
      runner.on('fail', report);
    });
  }

  function keepRandom(suite: Mocha.Suite): void {
    suite.tests = suite.tests.filter((test) => random.has(test));
    suite.suites.forEach(keepRandom);
  }

  for (let round = 1; performance.now() < end; round++) {
    await runOnce();
    keepRandom(mocha.suite);
    console.log(`Round ${round}: ${random.size} tests with random examples; ${failures} failures so far.`);
  }
  return failures;
}
