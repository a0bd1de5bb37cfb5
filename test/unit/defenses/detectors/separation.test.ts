import assert from 'node:assert/strict';
import * as separation from '../../../../src/defenses/detectors/separation.ts';
import { firstFailure, itPasses } from '../../../support/checks.ts';
import { anyCounterexampleWillDo } from '../../../support/mutants/itFails.ts';
import { type Rewrite, rewrittenPart } from '../../../support/mutants/rewrite.ts';
import { separationChecks } from './separationChecks.ts';

describe('the figures of a detector', () => {
  itPasses(separationChecks, separation);
});

const rewrites: Readonly<Record<'separate' | 'thresholdAt', Readonly<Record<string, Rewrite>>>> = {
  separate: {
    'equal scores are taken one by one': ['if (scores[i + 1]?.score === score) continue;', ''],
    'the lowest scores come first': ['b.score - a.score', 'a.score - b.score'],
    'the area is that of steps': ['((x - lastX) * (y + lastY)) / 2', '(x - lastX) * y'],
    'more clean images may be rejected': ['.filter(([x]) => x <= rate)', '.filter(([x]) => x <= 3 * rate)'],
    'fractions are of the wrong number': ['detected / adversarial.length', 'detected / clean.length'],
    'corners are left out': ['!== (after[0] - x) * (y - before[1])', '> (after[0] - x) * (y - before[1])'],
  },
  thresholdAt: {
    'it counts from the other end': ['(a === b ? 0 : b - a)', '(a === b ? 0 : a - b)'],
    'it is one too high': ['sorted[Math.floor(', 'sorted[-1 + Math.ceil('],
    'it is one too low': ['sorted[Math.floor(', 'sorted[1 + Math.floor('],
  },
};

describe('the checks tell broken code from sound code in the figures of a detector', () => {
  anyCounterexampleWillDo();
  for (const [exported, own] of Object.entries(rewrites)) {
    for (const [name, rewrite] of Object.entries(own)) {
      it(`where ${name}`, async () => {
        const mutant = await rewrittenPart({ folder: 'defenses/detectors', file: 'separation', exported }, rewrite);
        const failure = await firstFailure(separationChecks, { ...separation, [exported]: mutant });
        assert.notEqual(failure, undefined, 'the mutant passes every check');
      });
    }
  }
});
