import assert from 'node:assert/strict';
import type { TestReport } from '../../../src/reports/report.ts';
import { createTranslate } from '../../../webview/l10n.ts';
import { describeExample, explainMissing, statusTitle } from '../../../webview/logic/describe.ts';
import { assaultsOf, scoreScale } from '../../../webview/logic/detection.ts';
import { countFacets, everything } from '../../../webview/logic/filter.ts';
import { formatScore } from '../../../webview/logic/format.ts';
import { reviveReport } from '../../../webview/logic/revive.ts';
import { drawnRows } from '../../../webview/logic/roc.ts';
import { example, items } from '../support/examples.ts';

const t = createTranslate({});
const scored = (score: number, rejected = false) => ({ class: 'stop', confidence: 0.9, score, rejected });

describe('the scale of scores', () => {
  it('has the threshold in the middle and higher scores to the right', () => {
    const examples = Array.from({ length: 20 }, (_, i) => example({ clean: scored(i), adversarial: scored(20 - i) }));
    const placeOf = scoreScale(examples, 10)?.placeOf as (score: number) => number;
    assert.equal(placeOf(10), 0.5);
    assert.ok(placeOf(9) < 0.5 && placeOf(11) > 0.5 && placeOf(12) > placeOf(11));
    assert.equal(placeOf(10 + 1) - 0.5, 0.5 - placeOf(10 - 1));
  });

  it('is not pushed together by a few extreme scores, which are at its end', () => {
    const examples = Array.from({ length: 30 }, (_, i) =>
      example({ clean: scored(i % 10), adversarial: scored(i === 0 ? 1e9 : 9) }),
    );
    const scale = scoreScale(examples, 5);
    assert.equal(scale?.placeOf(1e9), 1);
    assert.equal(scale?.placeOf(-1e9), 0);
    assert.ok((scale?.placeOf(8) ?? 0) > 0.6);
  });

  it('has a place for a score that is not finite, and where all scores are the threshold', () => {
    const scale = scoreScale([example({ clean: scored(5) })], 5);
    assert.equal(scale?.placeOf(null as never), 1);
    assert.equal(scale?.placeOf(5), 0.5);
    assert.equal(scoreScale([example()], undefined), undefined);
  });

  it('shows scores with three figures', () => {
    assert.deepEqual([-3.1251, 0, 12345, Infinity].map(formatScore), ['−3.13', '0', '12300', '∞']);
    assert.equal(formatScore(null), '∞');
  });
});

describe('a test with a detector', () => {
  const metrics = { robustAccuracy: 0.5, medianDistance: null, meanDistance: null };
  const separation = {
    roc: [
      [0, 0],
      [1, 1],
    ],
    auroc: 0.5,
    detectedAt1: 0,
    detectedAt5: 0,
  } as const;
  const report = {
    detector: { name: 'd', path: '/d', attacker: 'adaptive' },
    comparisons: [],
    rounds: [{ metrics, detection: { caught: 1, other: { attacker: 'unaware', metrics, separation } } }],
  } as unknown as TestReport;

  it('has both attackers, that of the test first', () => {
    const assaults = assaultsOf(report, report.rounds[0]);
    assert.deepEqual(
      assaults.map(({ attacker, separation: found }) => [attacker, found !== undefined]),
      [
        ['adaptive', false],
        ['unaware', true],
      ],
    );
    assert.deepEqual(assaultsOf({ ...report, detector: undefined }, report.rounds[0]), []);
    assert.deepEqual(assaultsOf(report, undefined), []);
  });

  it('has infinite distances again after JSON, those of the other attacker too', () => {
    const [round] = reviveReport(report).rounds;
    assert.equal(round?.detection?.other.metrics.medianDistance, Infinity);
    assert.equal(round?.detection?.other.metrics.meanDistance, Infinity);
    assert.equal(round?.detection?.caught, 1);
  });

  it('draws the curves that there are, in colors that the table names them by', () => {
    const rows = [
      { name: 'a', figure: '', separation },
      { name: 'b', figure: '' },
      { name: 'c', figure: '', separation },
    ];
    assert.deepEqual(
      drawnRows(rows).map(({ name, line }) => [name, line]),
      [
        ['a', 0],
        ['c', 2],
      ],
    );
  });

  it('says of examples whether they were rejected, and when', () => {
    const words = (change: Parameters<typeof example>[0]) =>
      describeExample(t, example(change), { norm: 'linf', kind: 'attack' });
    const caught = { ...scored(9, true), class: 'yield', confidence: 0.93 };
    assert.equal(
      words({ status: 'held', adversarial: caught }),
      'stop held: predicted as yield, 93%, distance 8/255, rejected by the detector',
    );
    assert.equal(
      words({ adversarial: { ...caught, rejected: false } }),
      'stop predicted as yield, 93%, distance 8/255',
    );
    assert.equal(words({ status: 'rejected', adversarial: null }), 'stop rejected by the detector before the attack');
    assert.match(explainMissing(t, example({ status: 'rejected' })), /detector rejects/);
    assert.equal(statusTitle(t, 'rejected', 'attack'), 'Rejected before the attack');
  });

  it('counts clean images that were rejected among the outcomes', () => {
    const { status } = countFacets(
      items({ status: 'rejected' }, { status: 'held' }, { status: 'rejected' }),
      everything,
    );
    assert.equal(status.get('rejected'), 2);
  });
});
