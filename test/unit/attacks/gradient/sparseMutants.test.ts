import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { type Checks, firstFailure } from '../../../support/checks.ts';
import { anyCounterexampleWillDo } from '../../../support/mutants/itFails.ts';
import { type Place, type Rewrite, rewritten } from '../../../support/mutants/rewrite.ts';
import { fmnChecks } from './fmnChecks.ts';
import { jsmaChecks, jsmaOnePixelChecks } from './jsma/jsmaChecks.ts';
import { sigmaZeroChecks } from './sigmaZeroChecks.ts';
import {
  fmnRewrites,
  jsmaRewrites,
  keepPixelsRewrites,
  saliencyRewrites,
  sigmaZeroRewrites,
} from './sparseRewrites.ts';

function itFailsAt(checks: Checks<AttackDefinition>, place: Place, rewrites: Readonly<Record<string, Rewrite>>): void {
  for (const [name, rewrite] of Object.entries(rewrites)) {
    it(`where ${name}`, async () => {
      const mutant = await rewritten(place, rewrite);
      assert.notEqual(await firstFailure(checks, mutant), undefined, 'the mutant passes every check');
    });
  }
}

const jsma = { folder: 'attacks/gradient/jsma', file: 'jsma', exported: 'jsma' };
const onePixel = { folder: 'attacks/gradient/jsma', file: 'jsmaOnePixel', exported: 'jsmaOnePixel' };

describe('the checks of sparse and minimal-norm attacks tell broken code from sound code', () => {
  anyCounterexampleWillDo();

  describe('in JSMA', () => {
    itFailsAt(jsmaChecks, jsma, jsmaRewrites);
    itFailsAt(jsmaChecks, { ...jsma, part: 'saliency' }, saliencyRewrites);
  });

  describe('in JSMA, one pixel', () => {
    itFailsAt(
      jsmaOnePixelChecks,
      { ...onePixel, part: 'saliency' },
      {
        'β is ignored': ['[best, most] = [i, gain * drop];', '[best, most] = [i, gain];'],
        'the last of equals is taken': ['gain * drop > most)', 'gain * drop >= most)'],
      },
    );
  });

  describe('in FMN', () => {
    itFailsAt(fmnChecks, { file: 'fmn', exported: 'fmn' }, fmnRewrites);
  });

  describe('in what FMN keeps in l0', () => {
    itFailsAt(fmnChecks, { file: 'fmn', exported: 'fmn', part: '../../geometry/pixels' }, keepPixelsRewrites);
  });

  describe('in σ-zero', () => {
    itFailsAt(sigmaZeroChecks, { file: 'sigmaZero', exported: 'sigmaZero' }, sigmaZeroRewrites);
  });
});
