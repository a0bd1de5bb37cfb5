import assert from 'node:assert/strict';
import { objectionByChance } from '../../../src/evaluation/chance.ts';
import { computeMetrics } from '../../../src/evaluation/metrics.ts';
import type { Comparison } from '../../../src/evaluation/verdict.ts';

const dataset = { name: 'street', path: '/street', labels: 'folders' } as const;
const compared = (metric: Comparison['metric']): Comparison[] => [{ metric, expected: 0, measured: 0, met: true }];

/** The figures of a test in which the model got so many of the images right, and all of these held. */
function metricsOf(right: number, total: number) {
  const examples = Array.from({ length: total }, (_, i) => ({ status: i < right ? 'held' : 'wrong' }) as const);
  return computeMetrics(examples, 'linf', { targeted: false });
}

describe('a model that guesses', () => {
  it('proves nothing by what its eligible images withstand', () => {
    // Of 9 images of 3 classes it gets 3 right: the interval begins at 12.1 % (Wilson 1927).
    for (const metric of ['successRate', 'medianDistance'] as const) {
      const objection = objectionByChance({ dataset }, compared(metric), metricsOf(3, 9), 3);
      assert.match(objection ?? '', /clean accuracy is 33\.3% \(at least 12\.1% with 95% confidence\)/);
      assert.match(objection ?? '', /guessing among 3 classes gives 33\.3%/);
    }
  });

  it('is not one that is above chance beyond the interval', () => {
    assert.equal(objectionByChance({ dataset }, compared('successRate'), metricsOf(9, 9), 3), undefined);
    assert.equal(objectionByChance({ dataset }, compared('successRate'), metricsOf(7, 9), 3), undefined);
    assert.notEqual(objectionByChance({ dataset }, compared('successRate'), metricsOf(2, 2), 2), undefined);
  });

  it('is no matter where accuracy itself is expected, or the labels are predictions', () => {
    assert.equal(objectionByChance({ dataset }, compared('robustAccuracy'), metricsOf(3, 9), 3), undefined);
    const predicted = { ...dataset, labels: 'predictions' } as const;
    assert.equal(objectionByChance({ dataset: predicted }, compared('successRate'), metricsOf(3, 9), 3), undefined);
  });
});
