import assert from 'node:assert/strict';
import path from 'node:path';
import { isPlanned, type RunReport, type TestReport } from '../../src/reports/report.ts';
import { perturb } from './program.ts';

const demo = path.join(import.meta.dirname, '..', '..', 'media', 'demo');

/** One of each kind that the demo has: a norm each, and a target. More would tell nothing more about an engine. */
const chosen = ['FGSM 8/255', 'I-FGSM L2', 'stop stays stop'];

/** Some tests of the demo, run by the command line with some of its options. */
export async function runDemo(output: string, ...options: readonly string[]): Promise<TestReport[]> {
  const { stdout, stderr } = await perturb(...options, 'run', demo, '--test', ...chosen, '--output', output, '--json');
  assert.equal(stderr, '');
  return (JSON.parse(stdout) as RunReport).tests.map((test) => {
    assert.ok(isPlanned(test));
    return test;
  });
}

/** Asserts that two engines gave the same verdicts, and robust accuracies that differ by one example at most. */
export function assertSameVerdicts(tests: readonly TestReport[], others: readonly TestReport[]): void {
  const verdicts = (list: readonly TestReport[]) => list.map(({ name, status }) => [name, status]);
  assert.deepEqual(verdicts(tests), verdicts(others));
  for (const [i, test] of tests.entries()) {
    const other = others[i] as TestReport;
    assert.equal(test.rounds.length, other.rounds.length);
    for (const [k, { epsilon, metrics }] of test.rounds.entries()) {
      const found = other.rounds[k]?.metrics.robustAccuracy;
      // A test with a target has none.
      assert.equal(typeof metrics.robustAccuracy, typeof found);
      const difference = Math.abs((metrics.robustAccuracy ?? 0) - (found ?? 0)) * (test.dataset.images ?? 0);
      assert.ok(difference < 1.5, `${test.name} at ${epsilon}: ${metrics.robustAccuracy} and ${found}`);
    }
  }
}

/** Asserts which software computed. */
export function assertEngine(tests: readonly TestReport[], name: RegExp): void {
  for (const { engine } of tests) assert.match(engine.name, name);
}
