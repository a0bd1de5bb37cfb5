import assert from 'node:assert/strict';
import { lengthOfBeginning } from '../../../src/page/shownTest.ts';
import type { ExampleReport, TestReport } from '../../../src/reports/report.ts';

const report = { comparisons: [], attack: { epsilons: [0.1, 0.2] } } as unknown as TestReport;

/** So many examples that held, but for one. */
function examples(count: number, place: number, other: Partial<ExampleReport>): ExampleReport[] {
  const held = { status: 'held', epsilon: 0.2 };
  return Array.from({ length: count }, (_, i) => (i === place ? { ...held, ...other } : held) as ExampleReport);
}

describe('what a page begins with', () => {
  it('fills a window', () => {
    assert.equal(lengthOfBeginning({ report, examples: examples(5000, 7, { status: 'fooled' }) }, undefined), 100);
  });

  it('has the example that the page opens on', () => {
    assert.equal(lengthOfBeginning({ report, examples: examples(5000, 700, { status: 'fooled' }) }, undefined), 701);
  });

  it('has the example that is asked for', () => {
    assert.equal(lengthOfBeginning({ report, examples: examples(5000, 7, { status: 'fooled' }) }, 300), 301);
  });

  it('does not wait for what is no image of the test', () => {
    const outside = examples(5000, 4999, { status: 'fooled', isOutside: true });
    assert.equal(lengthOfBeginning({ report, examples: outside }, undefined), 100);
  });
});
