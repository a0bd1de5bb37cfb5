import assert from 'node:assert/strict';
import type { Case } from '../../../src/evaluation/cases.ts';
import type { Comparison } from '../../../src/evaluation/comparison.ts';
import { objectionTo, onlyAnswerTo } from '../../../src/evaluation/evidence.ts';
import { computeMetrics } from '../../../src/evaluation/metrics.ts';

const dataset = { name: 'street', path: '/street', labels: 'folders' } as const;
const compared = (metric: Comparison['metric']) => [{ metric }];

/** The figures of a test in which the model got so many of the images right, and all of these held. */
function metricsOf(right: number, total: number) {
  const examples = Array.from({ length: total }, (_, i) => ({ status: i < right ? 'held' : 'wrong' }) as const);
  return computeMetrics(examples, 'linf', { targeted: false });
}

describe('a model that guesses', () => {
  it('proves nothing by what its eligible images withstand', () => {
    // Of 9 images of 3 classes it gets 3 right: the interval begins at 12.1 % (Wilson 1927).
    for (const metric of ['successRate', 'medianDistance'] as const) {
      const objection = objectionTo({ dataset, minimumEligible: 1 }, compared(metric), metricsOf(3, 9), 3);
      assert.match(objection ?? '', /clean accuracy is 33\.3% \(at least 12\.1% with 95% confidence\)/);
      assert.match(objection ?? '', /guessing among 3 classes gives 33\.3%/);
    }
  });

  it('is not one that is above chance beyond the interval', () => {
    assert.equal(objectionTo({ dataset, minimumEligible: 1 }, compared('successRate'), metricsOf(9, 9), 3), undefined);
    assert.equal(objectionTo({ dataset, minimumEligible: 1 }, compared('successRate'), metricsOf(7, 9), 3), undefined);
    assert.notEqual(
      objectionTo({ dataset, minimumEligible: 1 }, compared('successRate'), metricsOf(2, 2), 2),
      undefined,
    );
  });

  it('is no matter where accuracy itself is expected, or the labels are predictions', () => {
    assert.equal(
      objectionTo({ dataset, minimumEligible: 1 }, compared('robustAccuracy'), metricsOf(3, 9), 3),
      undefined,
    );
    const predicted = { ...dataset, labels: 'predictions' } as const;
    assert.equal(
      objectionTo({ dataset: predicted, minimumEligible: 1 }, compared('successRate'), metricsOf(3, 9), 3),
      undefined,
    );
  });
});

describe('a model that always gives the same answer', () => {
  const classes = ['red', 'green'];
  const caseOf = (label: number, decision: number) => ({ goal: { label }, clean: { decision } }) as Case;

  it('is told from one that tells images apart, or was shown one class alone', () => {
    assert.equal(onlyAnswerTo([caseOf(0, 1), caseOf(1, 1), caseOf(1, 1)], classes), 'green');
    assert.equal(onlyAnswerTo([caseOf(0, 1), caseOf(1, 0)], classes), undefined);
    assert.equal(onlyAnswerTo([caseOf(0, 0), caseOf(0, 0)], classes), undefined);
    assert.equal(onlyAnswerTo([], classes), undefined);
  });

  it('proves nothing, however many images have the label that it answers', () => {
    for (const metric of ['cleanAccuracy', 'robustAccuracy', 'successRate'] as const) {
      const objection = objectionTo({ dataset }, compared(metric), { ...metricsOf(90, 100), onlyAnswer: 'green' }, 2);
      assert.match(objection ?? '', /^The model takes all 100 images for "green", whatever their labels\./);
    }
    assert.equal(objectionTo({ dataset }, [], { ...metricsOf(90, 100), onlyAnswer: 'green' }, 2), undefined);
  });
});

describe('a handful of eligible images', () => {
  it('proves nothing where figures run over them alone', () => {
    for (const metric of ['successRate', 'medianDistance'] as const) {
      const objection = objectionTo({ dataset }, compared(metric), metricsOf(9, 12), 100);
      assert.match(objection ?? '', /^Only 9 of 12 images were eligible for the attack, and at least 10 are needed/);
      assert.match(objection ?? '', /set "minimumEligible" to 9\.$/);
    }
    assert.equal(objectionTo({ dataset }, compared('successRate'), metricsOf(10, 12), 100), undefined);
    assert.equal(objectionTo({ dataset }, compared('robustAccuracy'), metricsOf(1, 1), 100), undefined);
  });

  it('is as many as the test says', () => {
    assert.equal(
      objectionTo({ dataset, minimumEligible: 9 }, compared('successRate'), metricsOf(9, 12), 100),
      undefined,
    );
    const strict = { dataset, minimumEligible: 11 };
    assert.match(objectionTo(strict, compared('successRate'), metricsOf(10, 12), 100) ?? '', /at least 11 are needed/);
  });
});
