import assert from 'node:assert/strict';
import { computeMetrics, type Tally } from '../../../src/evaluation/metrics.ts';
import type { Round } from '../../../src/evaluation/round.ts';
import { describeDetection } from '../../../src/reports/detection.ts';
import { describeBudget, describeOffGrid, describeOutcome } from '../../../src/reports/outcome.ts';
import type { TestReport } from '../../../src/reports/report.ts';
import { describeStages } from '../../../src/reports/stages.ts';

const norms = { linf: 0.5, l2: 0.5, l1: 0.5, l0: 1 };
const fooled: Tally = { status: 'fooled', norms };
const held: Tally = { status: 'held' };

const roundOf = (examples: readonly Tally[], given: Partial<Round> = {}): Round => ({
  parameters: {},
  metrics: computeMetrics(examples, 'linf', { targeted: false }),
  queries: { points: 0, gradients: 0 },
  warnings: [],
  ...given,
});

describe('the outcome of a test', () => {
  const round = roundOf([fooled, held, fooled]);

  it('is how many images were forged, where nothing was expected', () => {
    assert.equal(describeOutcome([], [round], 'l2', 'forge'), 'forged 2 of 3 images; no expectation was set');
    assert.match(describeOutcome([], [roundOf([fooled])], 'l2', 'forge'), /^forged 1 of 1 image;/);
  });

  it('is what was expected of forging', () => {
    const missed = { metric: 'successRate', expected: 0.5, measured: 2 / 3, result: 'missed' } as const;
    assert.equal(
      describeOutcome([missed], [round], 'l2', 'forge'),
      'attack success rate is 66.7%, expected at most 50.0%',
    );
  });

  it('is what an explanation came across', () => {
    assert.equal(
      describeOutcome([], [round], 'linf', 'explanation'),
      'explained 3 images; the prediction changes along the gradient on 2',
    );
  });

  it('is what an attack left, at each budget', () => {
    const rounds = [roundOf([fooled, held], { epsilon: 4 / 255 }), roundOf([fooled], { epsilon: 8 / 255 })];
    assert.equal(
      describeOutcome([], rounds, 'linf'),
      'Attacked: 1 of 2 images held; robust accuracy at L∞ 4/255 is 50.0%; no expectation was set; Attacked: 0 of 1 image held; robust accuracy at L∞ 8/255 is 0.0%; no expectation was set',
    );
  });
});

describe('a budget that the grid changes', () => {
  it('is named as it was attacked where that is clearly less', () => {
    assert.equal(describeBudget({ epsilon: 0.0155, budget: 3 / 255 }, 'linf'), 'L∞ 3/255 (0.0155 was stated)');
    assert.equal(describeBudget({ epsilon: 0.034, budget: 8 / 255 }, 'linf'), 'L∞ 8/255 (0.034 was stated)');
    assert.equal(describeBudget({ epsilon: 0.0314, budget: 8 / 255 }, 'linf'), 'L∞ 0.0314');
    assert.equal(describeBudget({ epsilon: 0.5, budget: 0.5 }, 'l2'), 'L2 0.5');
  });

  it('is said of every figure at it', () => {
    const round = roundOf([fooled, held], { epsilon: 0.0155, budget: 3 / 255 });
    assert.match(describeOutcome([], [round], 'linf'), /robust accuracy at L∞ 3\/255 \(0\.0155 was stated\) is 50\.0%/);
  });

  it('leaves images fooled that rounding saves', () => {
    const attack = { norm: 'l2' } as TestReport['attack'];
    const rounds = [
      roundOf([fooled, held], { epsilon: 0.5, fooledOffGrid: 2 }),
      roundOf([fooled], { fooledOffGrid: 1 }),
    ];
    assert.deepEqual(describeOffGrid({ rounds, attack }), [
      'off the 8-bit grid, 2 of 2 eligible images are fooled at L2 0.5, on it 1: rounding to gray levels undoes the others',
    ]);
  });
});

describe('the outcome of a test that states a confidence', () => {
  it('has the end of the interval that counts', () => {
    const round = roundOf([held, held], { epsilon: 8 / 255 });
    const comparison = {
      metric: 'robustAccuracy',
      epsilon: 8 / 255,
      expected: 0.5,
      measured: 1,
      bound: 0.342,
    } as const;
    assert.equal(
      describeOutcome([{ ...comparison, result: 'missed' }], [round], 'linf'),
      'robust accuracy at L∞ 8/255 is 100.0% (34.2% with 95% confidence), expected at least 50.0%',
    );
  });
});

describe('the outcome of a test with a detector', () => {
  const detector = { name: 'net', path: '/net', attacker: 'adaptive' } as const;
  const other = { attacker: 'unaware', metrics: roundOf([held, held, fooled, held]).metrics } as const;
  const round = roundOf([held, fooled], { epsilon: 8 / 255, detection: { caught: 1, other } });

  it('has the figure of both attackers', () => {
    const missed = {
      metric: 'robustAccuracy',
      epsilon: 8 / 255,
      expected: 0.6,
      measured: 0.5,
      result: 'missed',
    } as const;
    const figure =
      'robust accuracy at L∞ 8/255 with detector "net" against an adaptive attacker is 50.0% (unaware: 75.0%)';
    assert.equal(
      describeOutcome([missed], [round], 'linf', 'attack', { detector }),
      `${figure}, expected at least 60.0%`,
    );
    assert.equal(
      describeOutcome([], [round], 'linf', 'attack', { detector }),
      `Attacked: 1 of 2 images held; ${figure}; no expectation was set`,
    );
  });

  it('has no attacker where the images are clean', () => {
    const met = { metric: 'cleanAccuracy', expected: 0.9, measured: 1, result: 'met' } as const;
    assert.equal(
      describeOutcome([met], [roundOf([held])], 'linf', 'attack', { detector }),
      'clean accuracy with detector "net" is 100.0%, expected at least 90.0%',
    );
  });

  it('is told of the detector, too', () => {
    const attack = { norm: 'linf' } as TestReport['attack'];
    assert.deepEqual(describeDetection({ rounds: [round], attack }), []);
    assert.deepEqual(describeDetection({ detector, rounds: [round], attack }), [
      'net rejects 0 of 2 clean images and 1 of 2 misclassified examples at L∞ 8/255',
    ]);
    const calm = roundOf([held], { detection: { caught: 0, other } });
    const known = { ...detector, title: 'Net', seen: false };
    assert.deepEqual(describeDetection({ detector: known, rounds: [calm], attack }), [
      'net (Net; not trained on this attack) rejects 0 of 1 clean images; nothing was misclassified',
    ]);
  });
});

describe('the parts of an attack', () => {
  const stages = [
    { title: 'APGD-CE', fooled: 40 },
    { title: 'APGD-T', fooled: 3 },
    { title: 'FAB-T', fooled: 0 },
  ];
  const describeRounds = (...rounds: Round[]) =>
    describeStages({ rounds, attack: { norm: 'linf' } as TestReport['attack'] });

  it('are told with what each fooled that those before had not', () => {
    assert.deepEqual(describeRounds(roundOf([fooled], { stages })), ['APGD-CE fooled 40, APGD-T 3, FAB-T 0 more']);
    assert.deepEqual(describeRounds(roundOf([fooled], { stages: stages.slice(0, 1) })), ['APGD-CE fooled 40']);
  });

  it('are told for each budget', () => {
    const rounds = [4, 8].map((level) => roundOf([fooled], { stages: stages.slice(0, 2), epsilon: level / 255 }));
    assert.deepEqual(describeRounds(...rounds), [
      'at L∞ 4/255: APGD-CE fooled 40, APGD-T 3 more',
      'at L∞ 8/255: APGD-CE fooled 40, APGD-T 3 more',
    ]);
  });

  it('are not told where there are none', () => assert.deepEqual(describeRounds(roundOf([fooled])), []));
});
