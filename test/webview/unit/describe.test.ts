import assert from 'node:assert/strict';
import type { Kind } from '../../../src/attacks/kind.ts';
import { createTranslate } from '../../../webview/l10n.ts';
import { describeExample, explainMissing, statusTitle } from '../../../webview/logic/describe.ts';
import {
  baseName,
  formatAmount,
  formatChange,
  formatConfidence,
  formatGain,
  formatTraceAxis,
} from '../../../webview/logic/format.ts';
import { example } from '../support/examples.ts';

const t = createTranslate({});
const words = (change: Parameters<typeof example>[0], nameBudget = false, kind: Kind = 'attack') =>
  describeExample(t, example(change), { norm: 'linf', kind }, nameBudget);
const none = { adversarial: null, norms: null, adversarialImage: null };

describe('words about an example', () => {
  it('say what it became, how surely, and how far away', () => {
    assert.equal(
      words({ label: 'no-entry', adversarial: { class: 'stop', confidence: 0.93 } }),
      'no-entry predicted as stop, 93%, distance 8/255',
    );
    assert.equal(words({}, true), 'stop predicted as yield, 93%, distance 8/255, budget 8/255');
    assert.equal(
      words({ status: 'held', adversarial: { class: 'stop', confidence: 0.6 } }),
      'stop held: predicted as stop, 60%, distance 8/255',
    );
  });

  it('say why there is nothing', () => {
    assert.equal(words({ status: 'held', ...none }), 'stop held: the attack found nothing');
    assert.equal(
      words({ status: 'wrong', ...none, clean: { class: 'yield', confidence: 0.5 } }),
      'stop misclassified before the attack: predicted as yield, 50%',
    );
    assert.equal(words({ status: 'ineligible', ...none }), 'stop not attacked: already the target');
    assert.match(explainMissing(t, example({ status: 'wrong' })), /before the attack/);
    assert.match(explainMissing(t, example({ status: 'ineligible' })), /has the target label/);
    assert.match(explainMissing(t, example({ status: 'held' })), /found no candidate/);
    assert.equal(words({ status: 'undecided' }), 'stop undecided: the attack had nothing to follow');
    assert.match(explainMissing(t, example({ status: 'undecided' })), /nothing to follow/);
  });

  it('say of forged images and of explanations what they are', () => {
    const clean = { label: 'yield', adversarial: { class: 'stop', confidence: 0.93 } };
    assert.equal(words(clean, false, 'forge'), 'yield forged into stop, 93%, distance 8/255');
    assert.equal(
      words({ ...clean, status: 'held' }, false, 'forge'),
      'yield not forged: predicted as stop, 93%, distance 8/255',
    );
    assert.equal(words(clean, false, 'explanation'), 'yield becomes stop at distance 8/255');
    assert.equal(words({ ...none, status: 'held' }, false, 'explanation'), 'stop unchanged');
    assert.deepEqual(
      (['attack', 'forge', 'explanation'] as const).map((kind) => statusTitle(t, 'held', kind)),
      ['Held', 'Not forged', 'Unchanged'],
    );
  });

  it('come in the language of the user, with the values in its order', () => {
    const german = createTranslate({ '{0} of {1}': 'von {1} das {0}.' });
    assert.equal(german('{0} of {1}', 3, 10), 'von 10 das 3.');
    assert.equal(german('Fooled'), 'Fooled');
  });

  it('leave braces in values alone', () => {
    assert.equal(t('{0} of {1}', '{1}', 'b'), '{1} of b');
  });
});

describe('numbers', () => {
  it('are gray levels where these are whole, in linf only', () => {
    assert.equal(formatAmount(0.007843166589736938, 'linf'), '2/255');
    assert.equal(formatAmount(0.5 / 255, 'linf'), '0.00196');
    assert.equal(formatAmount(0.5, 'l2'), '0.5');
    assert.equal(formatAmount(24.09411, 'l1'), '24.1');
    assert.equal(formatAmount(1020, 'l0'), '1020');
    assert.equal(formatAmount(Infinity, 'linf'), '∞');
  });

  it('call certain only what is', () => {
    assert.equal(formatConfidence(1), '100%');
    assert.equal(formatConfidence(0.99999), '99.9%');
    assert.equal(formatConfidence(0.933), '93%');
    assert.equal(formatConfidence(0.9949), '99%');
  });

  it('have signs and factors', () => {
    assert.deepEqual([3, -3, 0].map(formatChange), ['+3', '−3', '0']);
    assert.deepEqual([15.9375, 63.75, 8.5, 4].map(formatGain), ['×16', '×64', '×8.5', '×4']);
  });

  it('tell places on the axis of a trace', () => {
    assert.equal(formatTraceAxis(12, 'step'), '12');
    assert.deepEqual(
      [0, 3.2 / 255, -16 / 255].map((at) => formatTraceAxis(at, 'epsilon')),
      ['0', '+3.2/255', '−16/255'],
    );
  });

  it('end paths of any system', () => {
    assert.equal(baseName('/data/stop/01.png'), '01.png');
    assert.equal(baseName('C:\\data\\stop\\01.png'), '01.png');
  });
});
